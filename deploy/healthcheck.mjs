// @ts-check
// What a container is asked for its health: exit code 0 while the server answers.
const port = process.env.BGCUT_PORT ?? '8080';
const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
process.exitCode = answer?.ok === true ? 0 : 1;
