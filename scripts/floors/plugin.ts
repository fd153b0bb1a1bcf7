/**
 * A plugin of `deno lint` that holds every file of lib/ to its floor: what it imports, statically or dynamically, and
 * which names of the outside it uses.
 *
 * @module
 */
import { dirname, fromFileUrl, join, relative } from "@std/path";
import { floorOf, forbiddenNames, mayImport } from "./floors.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** Relative to the project's folder, if it lies within; undefined for what belongs to no floor. */
function projectFile(filename: string): string | undefined {
  const file = relative(ROOT, filename);
  return file === "main.ts" || file.startsWith("lib/") ? file : undefined;
}

/** The imported file from the project's folder on, or the package as it is named. */
function targetOf(file: string, specifier: string): string {
  return specifier.startsWith(".") ? join(dirname(file), specifier) : specifier;
}

/** What is wrong with an import; undefined if nothing is. */
export function importProblem(file: string, specifier: string | undefined): string | undefined {
  const floor = floorOf(file);
  if (floor === undefined) return `${file} stands on no floor`;
  if (specifier === undefined) return `${file} imports what only a run can tell`;
  const target = targetOf(file, specifier);
  return mayImport(floor, target) ? undefined : `${floor.place} may not import ${target}`;
}

type Node = Deno.lint.Node;

function textOf(node: Node | null | undefined): string | undefined {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}

/** True where an identifier is a name of the program's own: of a property, a key, a label. */
function isOwnName(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  switch (parent.type) {
    case "MemberExpression":
      return parent.property === node && !parent.computed;
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
      return parent.key === node && !parent.computed;
    default:
      return false;
  }
}

const plugin: Deno.lint.Plugin = {
  name: "floors",
  rules: {
    imports: {
      create(context) {
        const file = projectFile(context.filename);
        if (file === undefined) return {};
        const check = (node: Node, source: Node | null | undefined) => {
          const message = importProblem(file, textOf(source));
          if (message !== undefined) context.report({ node, message });
        };
        return {
          Program: (node) => {
            if (floorOf(file) === undefined) context.report({ node, message: `${file} stands on no floor` });
          },
          ImportDeclaration: (node) => check(node, node.source),
          ExportAllDeclaration: (node) => check(node, node.source),
          ExportNamedDeclaration: (node) => {
            if (node.source) check(node, node.source);
          },
          ImportExpression: (node) => check(node, node.source),
          TSImportType: ({ argument }) =>
            check(argument, argument.type === "TSLiteralType" ? argument.literal : argument),
        };
      },
    },
    names: {
      create(context) {
        const file = projectFile(context.filename);
        const floor = file === undefined ? undefined : floorOf(file);
        // What is sent to browsers is run there.
        if (floor === undefined || floor.names === "system" || file!.endsWith(".js")) return {};
        const forbidden = forbiddenNames(floor);
        const report = (node: Node, name: string) =>
          context.report({ node, message: `${floor.place} may not name ${name}` });
        return {
          Identifier: (node) => {
            if (forbidden.has(node.name) && !isOwnName(node)) report(node, node.name);
          },
          // A date that is given is a value; the date of now is a clock.
          NewExpression: (node) => {
            if (isNamed(node.callee, "Date") && node.arguments.length === 0) report(node, "new Date()");
          },
          CallExpression: (node) => {
            if (isNamed(node.callee, "Date")) report(node, "Date()");
          },
          MemberExpression: (node) => {
            const property = node.computed
              ? textOf(node.property)
              : (node.property as { name?: string }).name;
            if (isNamed(node.object, "Date") && property === "now") report(node, "Date.now");
            if (isNamed(node.object, "Math") && property === "random") report(node, "Math.random");
            if (node.object.type === "MetaProperty") report(node, "import.meta");
          },
        };
      },
    },
  },
};

function isNamed(node: Node, name: string): boolean {
  return node.type === "Identifier" && node.name === name;
}

export default plugin;
