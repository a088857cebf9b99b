// Builds the pages into services/console/dist, which the console serves.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    manifest: true,
    target: 'es2023',
    sourcemap: false,
    // The pages' policy forbids data: scripts and styles; small files stay files.
    assetsInlineLimit: 0,
  },
});
