// A request with a file in it (multipart/form-data, RFC 7578), as a stranger may have written it: one file and one part of
// JSON, each within its limit. Nothing of it is read before its handler asks for it, so that only who may send one fills
// memory; what is read no further is drained, so that its sender hears why.
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { Upload } from '../contract/route.ts';
import { Problem } from '../problem.ts';
import { readBoundedJson } from './bounded-json.ts';

const MAX_JSON = 1_000_000;
/** Boundaries and headers of the parts. */
const MAX_AROUND = 64 * 1024;
const MB = 1024 * 1024;

export interface Form {
  /** The part `request`; an empty object where there is none. */
  request: unknown;
  file: Buffer;
}

/** Takes forms beside JSON, as streams. */
export function leaveForms(app: FastifyInstance): void {
  app.addContentTypeParser('multipart/form-data', (_request, payload, done) => done(null, payload));
}

/** Throws a `Problem`. */
export async function readForm({ body, headers }: FastifyRequest, upload: Upload): Promise<Form> {
  const contentType = headers['content-type'];
  if (!(body instanceof Readable) || contentType === undefined) throw noForm();
  try {
    const most = upload.maxBytes + MAX_JSON + MAX_AROUND;
    if (Number(headers['content-length'] ?? 0) > most) throw tooLarge(upload);
    const parts = partsOf(contentType, upload);
    await feed(body, parts.form, most, upload);
    return parts.result();
  } catch (error) {
    // Whoever still sends would not listen before the end.
    body.resume();
    throw error instanceof Problem ? error : notRead(error);
  }
}

async function feed(body: Readable, form: BusboyInstance, most: number, upload: Upload): Promise<void> {
  const ended = once(form, 'finish');
  // It is told where it is waited for.
  ended.catch(() => {});
  let bytes = 0;
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > most) throw tooLarge(upload);
    if (!form.write(chunk)) await Promise.race([once(form, 'drain'), ended]);
  }
  form.end();
  await ended;
}

function partsOf(contentType: string, upload: Upload): { form: BusboyInstance; result: () => Form } {
  const form = new Busboy({
    headers: { 'content-type': contentType },
    limits: {
      ...{ files: 1, fileSize: upload.maxBytes, fields: 1, fieldSize: MAX_JSON, fieldNameSize: 64 },
      ...{ parts: 3, headerPairs: 16, headerSize: 8192 },
    },
    // A file without a name is one all the same.
    isPartAFile: (name) => name === upload.part,
  });
  const chunks: Buffer[] = [];
  let [file, json]: [BusboyFileStream | undefined, string] = [undefined, '{}'];
  const fail = (error: Error): void => void form.destroy(error);
  // The parser tells of an end that does not come once for itself and once for the part; one of them is waited for.
  form.on('error', () => {});
  form.on('file', (_name, stream) => {
    file = stream;
    stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
    stream.on('limit', () => fail(tooLarge(upload)));
    stream.on('error', fail);
  });
  form.on('field', (name, value, _isNameCut, isCut) => {
    if (name !== 'request' || isCut) fail(otherPart(upload));
    else json = value;
  });
  for (const event of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
    form.on(event, () => fail(otherPart(upload)));
  return {
    form,
    result() {
      if (file === undefined) throw noFile(upload);
      return { request: readBoundedJson(json, 'request'), file: Buffer.concat(chunks) };
    },
  };
}

function noForm(): Problem {
  return new Problem(415, 'notAForm', {
    ru: 'тело запроса: нужна форма multipart/form-data',
    en: 'the body of the request: a form is needed, multipart/form-data',
  });
}

function tooLarge({ part, maxBytes }: Upload): Problem {
  const most = maxBytes / MB;
  return complaint(413, 'tooLarge', part, {
    ru: `файл больше ${most} Мб: возьмите меньше`,
    en: `the file has more than ${most} MB: take a smaller one`,
  });
}

function otherPart({ part }: Upload): Problem {
  return complaint(400, 'invalid', 'request', {
    ru: `в форме должны быть один файл ${part} и одна часть request в JSON, не больше ${MAX_JSON} байт`,
    en: `the form takes one file, ${part}, and one part request in JSON, of at most ${MAX_JSON} bytes`,
  });
}

function noFile({ part }: Upload): Problem {
  return complaint(400, 'required', part, {
    ru: `в форме нет файла: добавьте часть ${part}`,
    en: `the form has no file: add a part ${part}`,
  });
}

function notRead(error: unknown): Problem {
  const why = error instanceof Error ? error.message.slice(0, 100) : String(error);
  return new Problem(400, 'invalid', {
    ru: `форма не пришла целиком или не читается (${why}): повторите`,
    en: `the form did not come whole, or cannot be read (${why}): try again`,
  });
}

function complaint(status: number, code: string, field: string, message: Problem['messages']): Problem {
  return new Problem(status, code, message, { errors: [{ pointer: `/${field}`, field, code, message }] });
}
