/** A local server of the S3 protocol, which the tests of buckets talk to. */
import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
// @ts-expect-error -- it has no types
import S3rver from 's3rver';

import { newFolder } from './support.js';

/** A server with one bucket. */
export interface BucketServer {
  /** The variables that lead the client to it. */
  readonly environment: Readonly<Record<string, string>>;
  get(key: string): Promise<Buffer>;
  close(): Promise<void>;
}

/** Starts a server on a free port. */
export async function bucketServer(bucket: string): Promise<BucketServer> {
  const directory = newFolder();
  const options = { port: 0, address: '127.0.0.1', silent: true, directory };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-assignment -- it has no types
  const server: { run(): Promise<AddressInfo>; close(): Promise<void> } = new S3rver({
    ...options,
    configureBuckets: [{ name: bucket }],
  });
  const { port } = await server.run();
  const environment = {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'S3RVER',
    AWS_SECRET_ACCESS_KEY: 'S3RVER',
  };
  return {
    environment,
    get: async (key) => {
      const client = new S3Client({
        endpoint: environment.AWS_ENDPOINT_URL_S3,
        forcePathStyle: true,
      });
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Buffer.from(await Body!.transformToByteArray());
    },
    close: async () => {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
