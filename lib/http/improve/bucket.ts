/** Submissions in an S3-compatible bucket, through the official client. */
import { BgcutError } from '../../errors.js';
import { description, folderOfTag, type Submission, type Submissions } from './submissions.js';

const contentTypes = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' } as const;

/**
 * Opens s3://bucket/prefix. Region, keys and endpoint are found as the client finds them: AWS_REGION,
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL_S3, or the files and roles of AWS.
 * Rejects with package_missing without the package @aws-sdk/client-s3, and with invalid_setting.
 */
export async function openBucket(place: string): Promise<Submissions> {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/i.exec(place) ?? [];
  if (bucket === undefined) {
    throw new BgcutError('invalid_setting', { detail: 'improve: Expected s3://bucket/prefix.' });
  }
  const s3 = await import('@aws-sdk/client-s3').catch((cause: unknown) => {
    const detail = 'A bucket needs the package @aws-sdk/client-s3: npm install @aws-sdk/client-s3';
    throw new BgcutError('package_missing', { detail, cause });
  });
  // Servers other than AWS rarely have the names bucket.host that the client would use.
  const client = new s3.S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined });
  const put = async (key: string, body: Uint8Array | string, contentType: string) => {
    const command = { Bucket: bucket, Key: key, Body: body, ContentType: contentType };
    await client.send(new s3.PutObjectCommand(command));
  };
  return {
    async keep(submission: Submission): Promise<void> {
      const folder = folderOfTag(submission.tag);
      const path = [prefix, folder, submission.id].filter(Boolean).join('/');
      const { format, bytes } = submission;
      try {
        await put(`${path}.${format}`, bytes, contentTypes[format]);
        await put(`${path}.json`, description(submission), 'application/json');
      } catch (cause) {
        throw new BgcutError('store_unavailable', { cause });
      }
    },
  };
}
