// Files of a machine with Apache and ZoneMinder as Debian 12 lays them, in a folder: what an installation reads and changes.
import fs from 'node:fs/promises';
import path from 'node:path';

export interface TreeOptions {
  port: number;
  /** Instead of the usual ones: `Listen …` lines of ports.conf. */
  listens?: string;
  /** More lines of a site. */
  site?: string;
  /** More lines of a file in /etc/zm/conf.d. */
  settings?: string;
}

const texts = ({ port, listens = `Listen ${port}`, site = '', settings = '' }: TreeOptions): Record<string, string> => ({
  '/etc/apache2/apache2.conf': `# The main file.
DefaultRuntimeDir \${APACHE_RUN_DIR}
IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf
Include ports.conf
<Directory />
	Options FollowSymLinks
	AllowOverride None
	Require all denied
</Directory>
<Directory /usr/share>
	Require all granted
</Directory>
LogFormat "%h %l %u %t \\"%r\\" %>s" combined
IncludeOptional conf-enabled/*.conf
IncludeOptional sites-enabled/*.conf
`,
  '/etc/apache2/ports.conf': `# Ports.
${listens}

<IfModule ssl_module>
	Listen 127.0.0.1:${port + 1} https
</IfModule>
`,
  '/etc/apache2/mods-available/status.conf': `<Location /server-status>
	SetHandler server-status
	Require local
</Location>
ExtendedStatus On
`,
  '/etc/apache2/conf-available/zoneminder.conf': `# The order counts.
ScriptAlias /zm/cgi-bin "/usr/lib/zoneminder/cgi-bin"
<Directory "/usr/lib/zoneminder/cgi-bin">
    Require all granted
</Directory>
    Alias /zm/cache "/var/cache/zoneminder"
    <Directory "/var/cache/zoneminder">
        Options -Indexes +FollowSymLinks
        <IfModule mod_authz_core.c>
           Require all granted
        </IfModule>
    </Directory>
Alias /zm /usr/share/zoneminder/www
<Directory /usr/share/zoneminder/www>
  Options -Indexes \\
    +FollowSymLinks
</Directory>
`,
  '/etc/apache2/sites-available/000-default.conf': `<VirtualHost *:${port}>
	DocumentRoot /var/www/html
${site}
</VirtualHost>
`,
  '/etc/zm/zm.conf': `# ZoneMinder
ZM_PATH_WEB=/usr/share/zoneminder/www
ZM_DB_HOST=localhost:/run/box/mysql.sock
ZM_DB_NAME=zm
ZM_DB_USER=zmuser
ZM_DB_PASS=box-database-5521
`,
  '/etc/zm/conf.d/01-system-paths.conf': 'ZM_DIR_EVENTS=/var/cache/zoneminder/events\nZM_DIR_EXPORTS=/tmp/zm\nZM_PATH_SWAP="/tmp/zm"\n',
  '/etc/zm/conf.d/50-own.conf': `${settings}\n`,
  '/usr/share/zoneminder/www/css/base.css': 'body { margin: 0 }\n',
  '/var/cache/zoneminder/events/1/2026-11-29/7/7-video.mp4': 'footage of the box\n',
  '/tmp/zm/zmExport_1.zip': 'an archive\n',
  '/var/www/html/index.html': 'hello\n',
});

const links: Readonly<Record<string, string>> = {
  '/etc/apache2/mods-enabled/status.conf': '../mods-available/status.conf',
  '/etc/apache2/conf-enabled/zoneminder.conf': '../conf-available/zoneminder.conf',
  '/etc/apache2/sites-enabled/000-default.conf': '../sites-available/000-default.conf',
  '/var/cache/zoneminder/css_base-1.css': '../../../usr/share/zoneminder/www/css/base.css',
};

/** As a package's files have: to the second, so that what is given back is told from it to the millisecond. */
const packagedAt = new Date('2023-06-10T12:00:00Z');

export async function makeTree(root: string, options: TreeOptions): Promise<void> {
  for (const [file, text] of Object.entries(texts(options))) {
    await fs.mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await fs.writeFile(path.join(root, file), text);
    await fs.utimes(path.join(root, file), packagedAt, packagedAt);
  }
  for (const [file, to] of Object.entries(links)) {
    await fs.mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await fs.symlink(to, path.join(root, file));
  }
  await fs.chmod(path.join(root, '/etc/zm/zm.conf'), 0o640);
}

/** Every file with its mode and content, every link with where it leads. */
export async function pictureOf(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await fs.readdir(path.join(root, folder), { withFileTypes: true })) {
      const name = path.join(folder, entry.name);
      if (entry.isDirectory()) await walk(name);
      else if (entry.isSymbolicLink()) found[name] = `→ ${await fs.readlink(path.join(root, name))}`;
      else {
        const { mode, mtimeMs } = await fs.stat(path.join(root, name));
        found[name] = `${(mode & 0o7777).toString(8)} ${Math.round(mtimeMs)} ${await fs.readFile(path.join(root, name), 'utf8')}`;
      }
    }
  };
  await walk('/');
  return found;
}
