/**
 * What a request of a resumable upload is about, and what its answers have in common.
 *
 * @module
 */
import { FieldBlock } from "../../http/fields.ts";
import { encodePath } from "../../http/path.ts";
import { uploadLimit } from "../../http/upload_fields.ts";
import type { StoreTarget } from "../target.ts";
import type { UploadClaims } from "./claims.ts";

/** A request's place in a store, and whose it is. */
export interface ResumableTarget extends StoreTarget {
  /** Whose name and password were right. */
  readonly user: string | undefined;
  readonly claims: UploadClaims;
  /** How long an unfinished upload is kept, in milliseconds. */
  readonly expires: number;
  /** What is acknowledged is on the disk. */
  readonly fsync: boolean;
}

/** Where an upload is: the place of what it will become, with its name behind it. */
export function uploadUri(path: string, id: string): string {
  return `${encodePath(path)}?upload=${id}`;
}

/** The field Upload-Limit. @param left how long it is still kept, in milliseconds */
export function limitFields({ limit, expires }: ResumableTarget, left = expires): FieldBlock {
  return FieldBlock.of(["Upload-Limit", uploadLimit({ size: limit, age: left })]);
}
