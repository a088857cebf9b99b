// Mantine in our colours: its own fail the contrast of WCAG AA (dimmed, placeholder, filled).
import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core';

const pochtar: MantineColorsTuple = [
  '#e8f0fb',
  '#c9dcf6',
  '#a5c6ff',
  '#7fb0ff',
  '#5590e6',
  '#3577d3',
  '#1d5fbf',
  '#174f9f',
  '#123f80',
  '#0b1a33',
];

/** What stands on the accent is chosen for each theme; the library's choice holds for the light one only. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  const isAccent = input.variant === 'filled' && (input.color ?? 'pochtar') === 'pochtar';
  return isAccent ? { ...colors, color: 'var(--p-on-accent)' } : colors;
};

/** Who opens a menu is on its first item; the library by itself would choose one that is disabled, too, and be nowhere. */
function beginAtFirstItem(menu: HTMLElement | null): void {
  menu?.querySelector('[data-menu-item]:not(:disabled)')?.setAttribute('data-autofocus', 'true');
}

export const theme = createTheme({
  variantColorResolver,
  colors: { pochtar },
  primaryColor: 'pochtar',
  primaryShade: { light: 6, dark: 3 },
  autoContrast: true,
  black: '#0b1a33',
  fontFamily: 'system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace',
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  components: {
    Tooltip: { defaultProps: { openDelay: 300, multiline: true, maw: 360 } },
    // A heading of a dialog is no landmark of the page.
    Modal: {
      defaultProps: {
        attributes: { header: { role: 'presentation' } },
        centered: true,
        radius: 6,
        transitionProps: { duration: 120 },
      },
    },
    Drawer: {
      defaultProps: {
        attributes: { header: { role: 'presentation' } },
        position: 'right',
        transitionProps: { duration: 120 },
      },
    },
    Select: { defaultProps: { allowDeselect: false } },
    // Where its button is, so that it is within the same landmark; and with nothing in it but its items.
    Menu: {
      defaultProps: {
        transitionProps: { duration: 80 },
        withinPortal: false,
        withInitialFocusPlaceholder: false,
      },
    },
    MenuDropdown: { defaultProps: { ref: beginAtFirstItem } },
  },
});

const shared = {
  '--mantine-color-body': 'var(--p-page)',
  '--mantine-color-text': 'var(--p-text)',
  '--mantine-color-bright': 'var(--p-text)',
  '--mantine-color-dimmed': 'var(--p-muted)',
  '--mantine-color-placeholder': 'var(--p-muted)',
  '--mantine-color-anchor': 'var(--p-accent)',
  '--mantine-color-error': 'var(--p-danger)',
  '--mantine-color-disabled': 'var(--p-off)',
  '--mantine-color-disabled-color': 'var(--p-off-text)',
  '--mantine-color-default': 'var(--p-surface)',
  '--mantine-color-default-hover': 'var(--p-hover)',
  '--mantine-color-default-color': 'var(--p-text)',
  '--mantine-color-default-border': 'var(--p-input)',
  '--mantine-primary-color-filled': 'var(--p-accent)',
  '--mantine-primary-color-filled-hover': 'var(--p-accent-hover)',
  '--mantine-primary-color-contrast': 'var(--p-on-accent)',
  '--mantine-primary-color-light': 'var(--p-accent-tint)',
  '--mantine-primary-color-light-hover': 'var(--p-hover)',
  '--mantine-primary-color-light-color': 'var(--p-accent)',
  '--mantine-color-pochtar-light': 'var(--p-accent-tint)',
  '--mantine-color-pochtar-light-hover': 'var(--p-hover)',
  '--mantine-color-pochtar-light-color': 'var(--p-accent)',
  '--mantine-color-pochtar-filled': 'var(--p-accent)',
  '--mantine-color-pochtar-filled-hover': 'var(--p-accent-hover)',
  '--mantine-color-red-outline': 'var(--p-danger)',
  '--mantine-color-red-outline-hover': 'var(--p-danger-tint)',
} as const;

export const resolver: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });

/** The package that locks scrolling under a dialog looks for the nonce in this global. */
export function shareStyleNonce(): void {
  Object.assign(globalThis, { __webpack_nonce__: styleNonce() });
}

/** The server writes it beside the policy that asks for it. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}
