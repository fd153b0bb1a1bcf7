/**
 * What was chosen or dropped, as files with their paths: folders with all that is in them.
 *
 * @module
 */

/** So many files of a folder are taken: a page with more rows would not move any more. */
export function mostChosen() {
  return 5000;
}

/** Files of an input element: one for folders says where in the folder each lies. */
export function filesOfInput(input) {
  return [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/**
 * What was dropped. It has to be asked for at once: behind the first wait nothing is left of it.
 *
 * @returns {Promise<{ files: { file: File, path: string }[], isCut: boolean }>}
 */
export async function filesOfDrop(transfer) {
  const tops = [...transfer.items].map((item) => {
    const entry = item.webkitGetAsEntry?.(), file = entry?.isDirectory ? null : item.getAsFile();
    return file ? { file, path: file.name } : entry;
  });
  const found = { files: [], isCut: false };
  for (const top of tops) {
    if (top?.file instanceof File) found.files.push(top);
    else if (top) await walkDropped(top, "", found);
  }
  return found;
}

/** Adds what is in a folder, names that start with a dot left out, as the server does. */
export async function walkDropped(entry, before, found) {
  if (entry.name.startsWith(".")) return;
  if (found.files.length >= mostChosen()) return void (found.isCut = true);
  const path = before + entry.name;
  if (entry.isFile) {
    found.files.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path });
    return;
  }
  const reader = entry.createReader();
  // It gives a hundred at a time.
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await walkDropped(one, `${path}/`, found);
  }
}
