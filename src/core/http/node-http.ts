// Importing node:http as a module reads each of its exports at once, and the getter of one (WebSocket) loads undici:
// a sixth of a cold start for nothing. Asked for this way, only what is used is read.
export const { Agent, createServer, request, ServerResponse, STATUS_CODES } = process.getBuiltinModule('node:http')
