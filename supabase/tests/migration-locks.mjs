// @ts-check
// What a migration may lock, and for how long, on a project in use: docs/decisions/locks-of-a-deployment.md.
import { loadModule, parseSync } from 'libpg-query';
import { nodesOf } from './syntax-tree.mjs';

/** @typedef {{ kind: string, node: any }} Statement */

await loadModule();

/** Requests wait in line behind a migration that waits, and those of `anon` end after 3 s. */
const LONGEST_WAIT_MS = 2000;

/** The rules by name: each gives what is against it. @type {Record<string, (statements: Statement[]) => string[]>} */
const RULES = {
  'lock-timeout-first': (statements) => {
    if (statements.some(isConcurrent)) return [];
    const [first, ...others] = statements.map((one) => (sets(one, 'lock_timeout') ? milliseconds(one.node) : null));
    if (!first || first > LONGEST_WAIT_MS) return [`begin with: set local lock_timeout = '${LONGEST_WAIT_MS / 1000}s', or less`];
    const undone = others.some((value) => value !== null) || statements.slice(1).some(isReset);
    return undone ? ['lock_timeout is set once, by the first statement'] : [];
  },

  'policies-alone': (statements) => {
    if (!statements.some(isPolicy)) return [];
    return aside(statements, isPolicy, 'policies, and triggers that are dropped');
  },

  'index-concurrently': (statements) =>
    statements
      .filter(({ kind, node }) => kind === 'IndexStmt' && !node.concurrent && node.relation.inh && isLive(node.relation, statements))
      .map(({ node }) => `an index of ${nameOf(node.relation)} is created concurrently, in a file of its own`),

  'index-alone': (statements) => {
    if (!statements.some(isConcurrent)) return [];
    const indexes = statements.filter(({ kind }) => kind === 'IndexStmt');
    return [
      ...aside(statements, isConcurrent, 'one index that is created or dropped concurrently'),
      ...statements.filter((one) => sets(one, 'lock_timeout')).map(() => 'no lock_timeout: it keeps nobody waiting, and would be left invalid'),
      ...(indexes.length > 1 ? ['one index in a file'] : []),
      ...indexes.flatMap(({ node }) => (canStartOver(node, statements) ? [] : [startOver(node)])),
    ];
  },

  'constraint-not-valid': (statements) => [
    ...changesOf(statements).flatMap(({ table, change, later }) => {
      const reason = reasonToScan(change, later);
      return reason ? [`${table}: ${reason}`] : [];
    }),
    ...statements
      .filter(({ kind, node }) => kind === 'AlterDomainStmt' && (node.subtype === 'O' || (node.subtype === 'C' && !node.def.skip_validation)))
      .map(() => 'a constraint of a domain is added not valid'),
  ],

  'validated-alone': (statements) =>
    statements.some((one) => validates(one)) ? aside(statements, (one) => validates(one, 'every'), 'constraints that are validated') : [],

  'no-rewrite': (statements) =>
    changesOf(statements)
      .filter(({ change }) => rewrites(change))
      .map(({ table, change }) => `${table}: this writes every row anew (${change.def?.ColumnDef?.colname ?? change.name ?? change.subtype}); add a column without it, and fill it in a job`),

  'one-transaction': (statements) =>
    statements.filter(({ kind }) => kind === 'TransactionStmt').map(() => 'no begin and no commit: a file is one transaction'),

  'written-out': (statements) =>
    statements
      .filter(({ kind, node }) => kind === 'DoStmt' && [...nodesOf(node)].some(([key, text]) => key === 'sval' && /\b(create|alter|drop)\b/i.test(text)))
      .map(() => 'create, alter and drop stand outside of do blocks, where they can be checked'),
};

/** What is wrong with a migration, each with the name of its rule. @param {string} text @returns {string[]} */
export function complaintsAbout(text) {
  const statements = (parseSync(text).stmts ?? []).map(({ stmt }) => {
    const [kind, node] = Object.entries(/** @type {object} */ (stmt))[0];
    return { kind, node };
  });
  return Object.entries(RULES).flatMap(([name, rule]) => rule(statements).map((complaint) => `${name}: ${complaint}`));
}

export const ruleNames = Object.keys(RULES);

/** @param {Statement[]} statements @param {(one: Statement) => boolean} belongs @param {string} what */
function aside(statements, belongs, what) {
  const other = statements.find((one) => !belongs(one) && !sets(one, 'lock_timeout') && !sets(one, 'statement_timeout'));
  return other ? [`a file of its own for ${what}; here is ${other.kind} beside`] : [];
}

/** @param {Statement} statement @param {string} setting */
function sets({ kind, node }, setting) {
  return kind === 'VariableSetStmt' && node.name === setting;
}

/** @param {Statement} statement */
function isReset({ kind, node }) {
  return kind === 'DiscardStmt' || (kind === 'VariableSetStmt' && node.kind === 'VAR_RESET_ALL');
}

/** @param {any} setting @returns {number} 0 for none, and for what is no time */
function milliseconds({ args = [] }) {
  const value = args[0]?.A_Const;
  const [, amount = 0, unit = 'ms'] = /^(\d+) *(ms|s|min)?$/.exec(value?.sval?.sval ?? `${value?.ival?.ival ?? 0}`) ?? [];
  return Number(amount) * (unit === 'min' ? 60_000 : unit === 's' ? 1000 : 1);
}

/** What makes supautils lock the tables of Auth and Storage. @param {Statement} statement */
function isPolicy({ kind, node }) {
  if (kind === 'DropStmt') return ['OBJECT_POLICY', 'OBJECT_TRIGGER'].includes(node.removeType);
  if (kind === 'CommentStmt') return node.objtype === 'OBJECT_POLICY';
  return kind === 'CreatePolicyStmt' || kind === 'AlterPolicyStmt';
}

/** @param {Statement} statement */
function isConcurrent({ kind, node }) {
  return ['IndexStmt', 'DropStmt'].includes(kind) && node.concurrent === true;
}

/** An attempt that was interrupted leaves an invalid index of that name. @param {any} index @param {Statement[]} statements */
function canStartOver(index, statements) {
  const dropped = statements.filter(({ kind, node }) => kind === 'DropStmt' && node.missing_ok).flatMap(({ node }) => node.objects);
  return !index.if_not_exists && dropped.some(({ List }) => List.items.at(-1).String.sval === index.idxname);
}

/** @param {any} index */
function startOver({ idxname }) {
  return `first: drop index concurrently if exists ${idxname ?? '(its name)'}; an attempt before may have left it invalid, which "if not exists" would keep`;
}

/** @param {any} relation */
function nameOf({ schemaname = 'public', relname }) {
  return `${schemaname}.${relname}`;
}

/** A table that this file does not create. @param {any} relation @param {Statement[]} statements */
function isLive(relation, statements) {
  const made = statements.map(({ kind, node }) => {
    if (kind === 'CreateStmt' && !node.if_not_exists) return nameOf(node.relation);
    return kind === 'CreateTableAsStmt' && !node.if_not_exists ? nameOf(node.into.rel) : null;
  });
  return !made.includes(nameOf(relation));
}

/** Every change of a live table, with those that come after it. @param {Statement[]} statements */
function changesOf(statements) {
  return statements.flatMap(({ kind, node }, index) => {
    if (kind !== 'AlterTableStmt' || node.objtype !== 'OBJECT_TABLE' || !isLive(node.relation, statements)) return [];
    const later = statements.slice(index + 1).filter((one) => one.kind === kind && nameOf(one.node.relation) === nameOf(node.relation));
    return commandsOf(node).map((change) => ({ table: nameOf(node.relation), change, later: later.flatMap((one) => commandsOf(one.node)) }));
  });
}

/** @param {any} alterTable @returns {any[]} */
function commandsOf(alterTable) {
  return alterTable.cmds.map((/** @type {any} */ { AlterTableCmd }) => AlterTableCmd);
}

/** @param {any} change @param {any[]} later @returns {string | undefined} why every row is read under the strongest lock */
function reasonToScan({ subtype, def }, later) {
  if (subtype === 'AT_AddConstraint') return reasonOf(def.Constraint);
  if (subtype === 'AT_AddColumn') {
    const constraints = constraintsOf(def);
    const isFilled = constraints.some(({ contype }) => contype === 'CONSTR_DEFAULT');
    // A reference of a column that is null everywhere is not looked up.
    return constraints.filter(({ contype }) => isFilled || contype !== 'CONSTR_FOREIGN').map(reasonOf).find(Boolean);
  }
  if (subtype !== 'AT_SetNotNull' || later.some((one) => one.subtype === 'AT_DropConstraint')) return undefined;
  return 'set not null needs a validated check that proves it, and drops that check afterwards';
}

/** @param {any} column @returns {any[]} */
function constraintsOf({ ColumnDef }) {
  return (ColumnDef.constraints ?? []).map((/** @type {any} */ { Constraint }) => Constraint);
}

/** @param {any} constraint */
function reasonOf({ contype, skip_validation: notValid, indexname }) {
  if (['CONSTR_CHECK', 'CONSTR_FOREIGN'].includes(contype) && !notValid) return 'a constraint is added not valid, and validated in a later file';
  if (['CONSTR_UNIQUE', 'CONSTR_PRIMARY'].includes(contype) && !indexname) return 'a key is made from an index: add constraint ... using index';
  return contype === 'CONSTR_EXCLUSION' ? 'an exclusion constraint builds its index under the strongest lock' : undefined;
}

/** @param {Statement} statement whether a part of it, or with `every` all of it, validates @param {'some' | 'every'} [extent] */
function validates({ kind, node }, extent = 'some') {
  if (kind === 'AlterDomainStmt') return node.subtype === 'V';
  return kind === 'AlterTableStmt' && commandsOf(node)[extent](({ subtype }) => subtype === 'AT_ValidateConstraint');
}

/** @param {any} change */
function rewrites({ subtype, def }) {
  if (subtype !== 'AT_AddColumn') return ['AT_AlterColumnType', 'AT_SetLogged', 'AT_SetUnLogged', 'AT_SetAccessMethod'].includes(subtype);
  const type = def.ColumnDef.typeName.names.at(-1).String.sval;
  return /^(small|big)?serial\d?$/.test(type) || constraintsOf(def).some(isWorkedOutPerRow);
}

/** @param {any} constraint */
function isWorkedOutPerRow({ contype, raw_expr: expression }) {
  if (contype === 'CONSTR_IDENTITY' || contype === 'CONSTR_GENERATED') return true;
  const calls = contype === 'CONSTR_DEFAULT' ? [...nodesOf(expression)].filter(([kind]) => kind === 'FuncCall') : [];
  return calls.some(([, { funcname }]) => funcname.at(-1).String.sval !== 'now');
}
