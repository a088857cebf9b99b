// The XML of a request (RFC 4918 §8.2) as a small tree. What a stranger sends is bounded before anything is made of it:
// octets by the server, depth and number of elements here; a document type, and with it every entity, is refused.
import { SaxesParser } from 'saxes';

export interface XmlElement {
  /** The namespace and the name: `DAV: prop`. */
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: XmlElement[];
  text: string;
}

export class BadXml extends Error {
  override name = 'BadXml';
}

const MAX_DEPTH = 16;
/** A multiget names each card that it wants. */
const MAX_ELEMENTS = 30_000;

/** null: there is nothing. Throws `BadXml`. */
export function readXml(text: string): XmlElement | null {
  if (text === '') return null;
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | null = null;
  let count = 0;
  parser.on('error', (error) => {
    throw new BadXml(error.message);
  });
  parser.on('doctype', () => {
    throw new BadXml('a document type is not taken');
  });
  parser.on('opentag', ({ uri, local, attributes }) => {
    if (++count > MAX_ELEMENTS) throw new BadXml(`more than ${MAX_ELEMENTS} elements`);
    if (open.length === MAX_DEPTH) throw new BadXml(`nested deeper than ${MAX_DEPTH}`);
    const element: XmlElement = {
      name: `${uri} ${local}`,
      attributes: Object.fromEntries(
        Object.values(attributes).map(({ local: name, value }) => [name, value]),
      ),
      children: [],
      text: '',
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const addText = (more: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return root;
}

export function childOf(element: XmlElement | null, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}
