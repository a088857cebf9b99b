// A picture of any size as the small JPEG that the address book keeps. Drawing it anew turns it as the camera held it, and
// leaves out what the camera wrote beside it.

const side = 320;
const maxBytes = 64 * 1024;
const qualities = [0.9, 0.8, 0.65, 0.5, 0.35];

/** null: this is no picture. */
export async function smallJpeg(file: Blob): Promise<Uint8Array | null> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return null;
  }
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const drawing = canvas.getContext('2d');
  if (drawing === null) return null;
  // A JPEG has no transparent parts.
  drawing.fillStyle = '#fff';
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  drawing.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const quality of qualities) {
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality));
    if (made !== null && made.size <= maxBytes) return new Uint8Array(await made.arrayBuffer());
  }
  return null;
}
