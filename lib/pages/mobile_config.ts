/**
 * A configuration profile for iOS and iPadOS (Apple's Configuration Profile Reference, com.apple.security.root): the
 * system takes a certificate with fewer questions this way. It is not signed, since nobody could verify it.
 *
 * @module
 */
import { escape } from "@std/html";

/** The certificate that a profile installs. */
export interface ProfileCertificate {
  /** What it is called in lists. */
  readonly name: string;
  /** SHA-256 of its DER, `0A:1B:...`. */
  readonly fingerprint: string;
  readonly pem: string;
}

/** The profile. The same certificate gives the same one, which takes the place of the one before. */
export function mobileConfig({ name, fingerprint, pem }: ProfileCertificate): string {
  const digits = fingerprint.replaceAll(":", "");
  const identifier = `webserv.authority.${digits.slice(0, 16).toLowerCase()}`;
  const base64 = /-----BEGIN CERTIFICATE-----\s*([A-Za-z0-9+/=\s]+?)\s*-----END/.exec(pem)![1]!;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadContent</key>
  <array>
    <dict>
      <key>PayloadCertificateFileName</key><string>webserv.cer</string>
      <key>PayloadContent</key>
      <data>
${base64}
      </data>
      <key>PayloadDisplayName</key><string>${escape(name)}</string>
      <key>PayloadIdentifier</key><string>${identifier}.certificate</string>
      <key>PayloadType</key><string>com.apple.security.root</string>
      <key>PayloadUUID</key><string>${uuidOf(digits.slice(0, 32))}</string>
      <key>PayloadVersion</key><integer>1</integer>
    </dict>
  </array>
  <key>PayloadDescription</key><string>Lets this device believe servers of one machine: it can vouch for local names and addresses only.</string>
  <key>PayloadDisplayName</key><string>${escape(name)}</string>
  <key>PayloadIdentifier</key><string>${identifier}</string>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadUUID</key><string>${uuidOf(digits.slice(32))}</string>
  <key>PayloadVersion</key><integer>1</integer>
</dict>
</plist>
`;
}

/** RFC 9562 section 5.8: 32 hexadecimal digits of our own choice, but for version and variant. */
function uuidOf(digits: string): string {
  const [, a, b, c, d, e] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/.exec(digits)!;
  return `${a}-${b}-8${c}-8${d}-${e}`;
}
