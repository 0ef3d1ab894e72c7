// One row of ZoneMinder's database, as far as an installation writes it.
import { literal, named, type Row, type ZmDatabase } from './database.js';

export type Table = 'Config' | 'Users';

/** The column that names a row, and the columns that are looked at, changed and given back. */
const shapes: Readonly<Record<Table, { key: string; columns: readonly string[] }>> = {
  Config: { key: 'Name', columns: ['Value'] },
  Users: {
    key: 'Username',
    columns: ['Password', 'Language', 'Enabled', 'Stream', 'Events', 'Control', 'Monitors', 'Groups', 'Devices', 'Snapshots', 'System', 'MonitorIds', 'APIEnabled'],
  },
};

const quoted = (column: string): string => `\`${column}\``;

/** Null where there is none. */
export async function lookAtRow(database: ZmDatabase, table: Table, name: string): Promise<Row | null> {
  const { key, columns } = shapes[table];
  const members = columns.map((column) => `'${column}', ${quoted(column)}`).join(', ');
  const [row] = await database.rows(`SELECT JSON_OBJECT(${members}) FROM ${quoted(table)} WHERE ${quoted(key)} = ${named(name)}`);
  return row ?? null;
}

/** `row` null: it is taken away. A row that is there keeps every column that is not of these. */
export async function putRow(database: ZmDatabase, table: Table, name: string, row: Row | null): Promise<void> {
  const { key, columns } = shapes[table];
  const where = `WHERE ${quoted(key)} = ${named(name)}`;
  if (!row) return database.change(`DELETE FROM ${quoted(table)} ${where}`);
  if (await lookAtRow(database, table, name)) {
    const sets = columns.map((column) => `${quoted(column)} = ${literal(row[column] ?? null)}`).join(', ');
    return database.change(`UPDATE ${quoted(table)} SET ${sets} ${where}`);
  }
  const names = [key, ...columns].map(quoted).join(', ');
  return database.change(`INSERT INTO ${quoted(table)} (${names}) VALUES (${named(name)}, ${columns.map((column) => literal(row[column] ?? null)).join(', ')})`);
}
