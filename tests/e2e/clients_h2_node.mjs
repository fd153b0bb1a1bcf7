// Node's own client of HTTP/2 sends one request and prints what comes, as it comes, in the form of `curl -i`.
// Arguments: the origin, the certificate or "", the method, the path, a file to be sent or "", fields as JSON.
import { readFileSync } from "node:fs";
import { connect } from "node:http2";

const [origin, certificate, method, path, file, fields] = process.argv.slice(2);
const client = connect(origin, certificate === "" ? {} : { ca: readFileSync(certificate) });
client.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
const request = client.request({ ":method": method, ":path": path, ...JSON.parse(fields) });
request.on("response", ({ ":status": status, ...rest }) => {
  const lines = Object.entries(rest).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  process.stdout.write(`HTTP/2 ${status} ${client.alpnProtocol}\r\n${lines}\r\n`);
});
request.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
request.on("data", (piece) => process.stdout.write(piece));
request.on("end", () => client.close());
request.end(file === "" ? undefined : readFileSync(file));
