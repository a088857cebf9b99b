// The contract of volumes, for a directory and a fake S3 store; swift-volume.test.ts runs it for a real one.
import { temporaryDirectory } from '@pochtar/testkit';
import { openDirectoryVolume } from './directory-volume.ts';
import { startFakeS3 } from './fake-s3.ts';
import { openS3Volume } from './s3-volume.ts';
import { describeVolume, type OpenedVolume } from './volume-contract.ts';

async function directoryVolume(): Promise<OpenedVolume> {
  const directory = temporaryDirectory();
  const volume = await openDirectoryVolume({ id: 1, name: 'main', path: directory.path });
  return {
    volume,
    [Symbol.asyncDispose]: async () => {
      await volume[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
}

async function s3Volume(): Promise<OpenedVolume> {
  const directory = temporaryDirectory();
  const store = await startFakeS3(directory.path);
  const volume = await openS3Volume({ id: 2, name: 'bucket', useSsl: false, region: 'us-east-1', ...store });
  return {
    volume,
    [Symbol.asyncDispose]: async () => {
      await volume[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
}

describeVolume('directory', directoryVolume);
describeVolume('s3', s3Volume);
