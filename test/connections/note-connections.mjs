// Loaded with --import before the program: notes in NOTE_CONNECTIONS whatever of the network it asks for.
import dgram from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Server, Socket } from 'node:net';

const note = (line) => appendFileSync(process.env.NOTE_CONNECTIONS, `${line}\n`);

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...words) {
  const [first] = Array.isArray(words[0]) ? words[0] : words;
  note(`connect ${first?.path ?? `${first?.host ?? words[1] ?? 'localhost'}:${first?.port ?? first}`}`);
  return connect.apply(this, words);
};

const { listen } = Server.prototype;
Server.prototype.listen = function (...words) {
  const [first] = words;
  note(`listen ${first?.host ?? words[1] ?? 'everywhere'}`);
  return listen.apply(this, words);
};

const { bind, send } = dgram.Socket.prototype;
dgram.Socket.prototype.bind = function (...words) {
  note('udp');
  return bind.apply(this, words);
};
dgram.Socket.prototype.send = function (...words) {
  note('udp');
  return send.apply(this, words);
};

for (const place of [dns, dns.promises]) {
  for (const name of Object.keys(place).filter((each) => /^(lookup|resolve)/.test(each))) {
    const usual = place[name];
    place[name] = (...words) => {
      note(`look up ${words[0]}`);
      return usual.apply(place, words);
    };
  }
}
syncBuiltinESMExports();
