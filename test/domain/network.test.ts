// Addresses as bytes, and which of them a channel may call.
import assert from 'node:assert/strict';
import { isLoopback, mayCall, parseAddress, parseNetwork } from '../../plugin/domain/network.js';

describe('addresses', () => {
  const read: readonly (readonly [string, string | null])[] = [
    ['192.0.2.1', 'c0000201'], ['0.0.0.0', '00000000'], ['255.255.255.255', 'ffffffff'],
    ['::', '0'.repeat(32)], ['::1', `${'0'.repeat(31)}1`], ['2001:db8::1', '20010db8000000000000000000000001'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'], ['1::8', '00010000000000000000000000000008'], ['fe80::', `fe80${'0'.repeat(28)}`],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'], ['64:ff9b::192.0.2.1', '0064ff9b0000000000000000c0000201'],
    // Other spellings of an address are read differently by different programs, so they are none.
    ['192.0.2', null], ['192.0.2.256', null], ['192.0.2.01', null], ['0x7f.0.0.1', null], ['2130706433', null], ['127.1', null], ['', null], ['localhost', null],
    ['::1%lo', null], ['1::2::3', null], ['1:2:3:4:5:6:7', null], ['1:2:3:4:5:6:7:8:9', null], ['1:2:3:4:5:6:7:8::', null], [':1', null], ['12345::', null],
    ['192.0.2.1::', null], ['::192.0.2.1:1', null], ['::g', null], ['[::1]', null], ['192.0.2.1 ', null],
  ];
  for (const [text, bytes] of read)
    it(`“${text}” is ${bytes ?? 'none'}`, () => {
      const address = parseAddress(text);
      assert.equal(address && Buffer.from(address).toString('hex'), bytes);
    });

  for (const text of ['10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/', '10.0.0.0/8/8', '::/129', 'all', '/8', '10.0.0/8'])
    it(`“${text}” is no network`, () => assert.equal(parseNetwork(text), null));
});

describe('whom a channel may call', () => {
  const table: readonly (readonly [address: string, networks: readonly string[] | null, may: boolean])[] = [
    // without networks: everything but the reserved ranges
    ['192.0.2.7', null, true], ['10.1.2.3', null, true], ['192.168.0.1', null, true], ['2001:db8::7', null, true], ['fd12::7', null, true],
    ['127.0.0.1', null, false], ['127.255.255.254', null, false], ['0.0.0.0', null, false], ['0.1.2.3', null, false], ['169.254.0.23', null, false],
    ['169.254.169.254', null, false], ['100.100.100.200', null, false], ['100.100.100.201', null, true], ['168.63.129.16', null, false], ['192.0.0.192', null, false],
    ['224.0.0.1', null, false], ['239.255.255.255', null, false], ['240.0.0.1', null, false], ['255.255.255.255', null, false], ['223.255.255.255', null, true],
    ['::1', null, false], ['::', null, false], ['fe80::1', null, false], ['febf::1', null, false], ['fec0::1', null, false], ['ff02::1', null, false], ['fd00:ec2::254', null, false],
    // an address inside another one
    ['::ffff:127.0.0.1', null, false], ['::ffff:169.254.169.254', null, false], ['::ffff:192.0.2.7', null, true], ['::127.0.0.1', null, false],
    ['64:ff9b::7f00:1', null, false], ['64:ff9b::a9fe:a9fe', null, false], ['64:ff9b::c000:207', null, true], ['2002:7f00:1::', null, false], ['2002:c000:207::', null, true],
    // with networks: these alone
    ['10.1.2.3', ['10.0.0.0/8'], true], ['11.1.2.3', ['10.0.0.0/8'], false], ['10.1.2.3', ['192.0.2.0/24', '10.1.2.3'], true], ['10.1.2.4', ['10.1.2.3'], false],
    ['10.1.2.3', ['fd00::/8'], false], ['fd12::7', ['fd00::/8'], true], ['::ffff:10.1.2.3', ['10.0.0.0/8'], true], ['10.1.2.127', ['10.1.2.0/25'], true], ['10.1.2.128', ['10.1.2.0/25'], false],
    // a reserved range only where it, or a part of it, is named
    ['127.0.0.1', ['127.0.0.0/8'], true], ['127.0.0.1', ['127.0.0.1'], true], ['127.0.0.2', ['127.0.0.1'], false], ['::1', ['::1'], true],
    ['127.0.0.1', ['0.0.0.0/0'], false], ['169.254.169.254', ['0.0.0.0/0'], false], ['::1', ['::/0'], false], ['192.0.2.7', ['0.0.0.0/0'], true],
    ['100.100.100.200', ['100.64.0.0/10'], false], ['100.100.100.200', ['100.100.100.200'], true], ['64:ff9b::7f00:1', ['64:ff9b::/96'], false],
    ['::ffff:127.0.0.1', ['127.0.0.0/8'], true], ['fd00:ec2::254', ['fd00::/8'], false],
  ];
  for (const [address, networks, may] of table)
    it(`${address} with ${networks?.join(', ') ?? 'no networks'}: ${may ? 'yes' : 'no'}`, () =>
      assert.equal(mayCall(parseAddress(address)!, networks?.map((it) => parseNetwork(it)!) ?? null), may));

  for (const [text, is] of [['127.0.0.0/8', true], ['127.0.0.1', true], ['::1', true], ['127.0.0.0/7', false], ['::/0', false], ['10.0.0.0/8', false]] as const)
    it(`${text} is ${is ? '' : 'not '}this machine alone`, () => assert.equal(isLoopback(parseNetwork(text)!), is));
});
