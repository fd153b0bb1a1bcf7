/**
 * The configuration of a Ceph cluster of one monitor and one OSD in memory, with radosgw before it.
 *
 * @module
 */

export interface ClusterPlace {
  /** Where everything lies that is written. */
  readonly folder: string;
  /** The cluster's name for itself, a UUID. */
  readonly fsid: string;
  readonly monitorPort: number;
  readonly gatewayPort: number;
  /** Where radosgw speaks TLS as well. */
  readonly tls?: { readonly port: number; readonly certificate: string; readonly key: string } | undefined;
}

/** The most that the OSD takes into memory, in bytes: none of it is taken before objects are stored. */
const MEMORY = 8 * 1024 ** 3;

/** How long radosgw keeps what was deleted, and how often it looks for it, in seconds: its own is two hours. */
const GARBAGE = 60;

/**
 * The text of ceph.conf. Nobody but this machine reaches the cluster, so its parts trust each other without keys;
 * radosgw would want them for its encrypted way to the monitor ("secure"), hence "crc". Without tcp_nodelay each GET
 * takes 50 ms. `rgw dns name` is for buckets in the host's name (`BUCKET.localhost`).
 */
export function cephConf({ folder, fsid, monitorPort, gatewayPort, tls }: ClusterPlace): string {
  const overTls = tls === undefined
    ? ""
    : ` ssl_endpoint=127.0.0.1:${tls.port} ssl_certificate=${tls.certificate} ssl_private_key=${tls.key}`;
  return `[global]
fsid = ${fsid}
mon host = v2:127.0.0.1:${monitorPort}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind msgr1 = false
ms mon client mode = crc
auth cluster required = none
auth service required = none
auth client required = none
keyring = /dev/null
run dir = ${folder}/run
crash dir = ${folder}/run
admin socket =
pid file =
log file = ${folder}/$name.log
log to stderr = false
err to stderr = false
mon cluster log file =
mon cluster log to file = false
mon data = ${folder}/mon
mon allow pool size one = true
mon data avail warn = 2
mon data avail crit = 1
mon max pg per osd = 1000
paxos propose interval = 0.05
paxos min wait = 0.01
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = ${MEMORY}
osd class load list = *
osd class default list = *
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off

[client.rgw]
ms mon client mode = crc
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort} tcp_nodelay=1${overTls}
rgw dns name = localhost
rgw thread pool size = 64
rgw gc obj min wait = ${GARBAGE}
rgw gc processor period = ${GARBAGE}
debug rgw = 0/5
`;
}
