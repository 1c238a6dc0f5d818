// Preloaded into every process under test: whatever a test does by mistake, no packet of it leaves this machine. Any
// other host looks as it does where there is no network.
'use strict'
const dns = require('node:dns')
const { syncBuiltinESMExports } = require('node:module')
const net = require('node:net')

const HERE = /^(localhost|(.+\.)?localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|::1?|::ffff:127\.\d+\.\d+\.\d+)$/i

const notFound = (hostname) =>
  Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname })

const { lookup } = dns
dns.lookup = function lookupHere(hostname, ...rest) {
  if (!hostname || HERE.test(hostname) || net.isIP(hostname)) lookup.call(this, hostname, ...rest)
  else process.nextTick(rest.at(-1), notFound(hostname))
}

const { connect } = net.Socket.prototype
net.Socket.prototype.connect = function connectHere(...args) {
  const { host } = (Array.isArray(args[0]) ? args[0][0] : args[0]) ?? {}
  if (typeof host !== 'string' || HERE.test(host) || !net.isIP(host)) return connect.apply(this, args)
  // A name is looked up first, by the socket, and refused there.
  process.nextTick(() => this.destroy(notFound(host)))
  return this
}

syncBuiltinESMExports()
