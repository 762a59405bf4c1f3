// The workflows run on machines that these tests don't: here is checked what can be seen in them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { PLATFORMS } from '../../native/package/platforms.mjs';
import { project } from '../support/project.js';

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, string>;
}
interface Job {
  uses?: string;
  steps?: Step[];
  permissions: Record<string, string>;
  strategy?: { matrix: { include: { platform: string }[] } };
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const folder = join(project, '.github', 'workflows');
const text = (name: string) => readFileSync(join(folder, name), 'utf8');
const workflow = (name: string) => parse(text(name)) as Workflow;
const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe.each(readdirSync(folder))('%s', (name) => {
  const jobs = Object.values(workflow(name).jobs);
  const steps = jobs.flatMap((job) => job.steps ?? []);

  it('pins what it uses by commit, with the version beside it', () => {
    const lines = text(name).match(/uses: (?!\.\/).*/g) ?? [];
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v[\d.]+$/);
  });

  it('gives each job just the rights that it needs', () => {
    expect(workflow(name).permissions).toEqual({});
    for (const { permissions } of jobs) expect(permissions).toMatchObject({ contents: 'read' });
  });

  it('calls scripts that there are', () => {
    const called = steps.flatMap(({ run = '' }) =>
      [...run.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script!),
    );
    expect(called.length).toBeGreaterThan(0);
    for (const script of called) expect(scripts).toHaveProperty([script]);
  });
});

it('a native part is built for every platform that has a package', () => {
  const { matrix } = workflow('ci.yml').jobs.native!.strategy!;
  expect(matrix.include.map(({ platform }) => platform)).toEqual(Object.keys(PLATFORMS));
});

it('a release has every platform, and is published with provenance', () => {
  const { permissions, steps = [] } = workflow('release.yml').jobs.publish!;
  expect(permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  const commands = steps.map(({ run = '' }) => run).join('\n');
  expect(commands).toMatch(/npm run package -- --all --prebuilds prebuilds/);
  expect(commands).toMatch(/npm publish .* --provenance/);
});
