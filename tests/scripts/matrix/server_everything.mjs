// The reference server of the session era, `server_everything.mjs PORT`: it has no option for the address to listen on.
import net from 'node:net';

process.env.PORT = process.argv[2];
process.argv[2] = 'streamableHttp';
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
    return listen.call(this, Number(port), '127.0.0.1', ...rest.filter(value => typeof value === 'function'));
};
await import('@modelcontextprotocol/server-everything/dist/index.js');
