// Bytes as text for a body in JSON: files that go to the server.

const pieceBytes = 8192;

export function base64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  // As many arguments as a call may have.
  for (let from = 0; from < bytes.length; from += pieceBytes)
    pieces.push(String.fromCharCode(...bytes.subarray(from, from + pieceBytes)));
  return btoa(pieces.join(''));
}

export async function base64OfFile(file: File): Promise<string> {
  return base64(new Uint8Array(await file.arrayBuffer()));
}
