# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/systemctl /usr/bin/docker /usr/bin/curl /usr/bin/journalctl /usr/bin/pg_dump /usr/sbin/cron /usr/sbin/logrotate /usr/sbin/nginx /usr/sbin/php-fpm8.2 /usr/lib/jvm/java-17-openjdk-amd64/bin/java /usr/sbin/sendmail /usr/sbin/sshd-session /usr/bin/crontab /usr/sbin/nft /usr/sbin/xtables-nft-multi=iptables /usr/bin/at /usr/bin/ssh /usr/bin/rsync /usr/bin/scp /usr/sbin/auditctl /usr/bin/ansible-agent
# What a busy and healthy server does in a day.  Nothing of level medium or above may fire.

# --- packages: one is built, installed, upgraded and removed, with maintainer scripts
mkdir -p /tmp/p/DEBIAN /tmp/p/etc/cron.d /tmp/p/etc/sudoers.d /tmp/p/usr/sbin /tmp/p/lib/systemd/system
printf 'Package: probe\nVersion: 1.0\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: probe\n' \
	> /tmp/p/DEBIAN/control
echo '*/5 * * * * root true' > /tmp/p/etc/cron.d/probe
echo '[Service]' > /tmp/p/lib/systemd/system/probe.service
cat > /tmp/p/DEBIAN/postinst <<'EOF'
#!/bin/sh
set -e
if ! getent passwd probe > /dev/null; then
	useradd --system --home-dir /var/lib/probe --no-create-home --shell /usr/sbin/nologin probe
fi
usermod -aG systemd-journal probe
mkdir -p /var/lib/probe /etc/init.d /etc/sudoers.d
chown probe: /var/lib/probe
chmod 2750 /var/lib/probe
cp /etc/cron.d/probe /etc/cron.daily/probe
sh -c 'echo "probe ALL=(root) NOPASSWD: /usr/sbin/probe" > /etc/sudoers.d/probe'
chmod 0440 /etc/sudoers.d/probe
sed -i 's/^#probe//' /etc/crontab 2> /dev/null || true
grep -q '^root:' /etc/shadow && true
deb-systemd-helper unmask probe.socket || true
deb-systemd-helper enable probe.socket || true
echo /etc/ssh/ssh_host_rsa_key | grep -x /etc/ssh/ssh_host_rsa_key
systemctl daemon-reload
systemctl enable probe.service
systemctl restart rsyslog.service
ldconfig
EOF
cat > /tmp/p/DEBIAN/prerm <<'EOF'
#!/bin/sh
set -e
systemctl stop rsyslog.service
systemctl disable --now probe.service
rm -f /etc/cron.daily/probe /etc/sudoers.d/probe
EOF
chmod 0755 /tmp/p/DEBIAN/postinst /tmp/p/DEBIAN/prerm
dpkg-deb --build /tmp/p /tmp/probe.deb > /dev/null
dpkg -i /tmp/probe.deb > /dev/null 2>&1
dpkg -i /tmp/probe.deb > /dev/null 2>&1
dpkg -r probe > /dev/null 2>&1
dpkg -l > /dev/null
apt-cache policy bash > /dev/null

# --- a build: configure's questions, the compiler, installation
mkdir -p /srv/build /etc/cron.hourly
cd /srv/build
cat > configure <<'EOF'
#!/bin/sh
uname -m; uname -s; uname -r; hostname; id -u; id -un; date
for program in gcc cc make install awk sed grep; do command -v $program; done
echo 'int main(void) { return 0; }' > conftest.c
gcc -o conftest conftest.c && ./conftest
cp conftest /tmp/conftest.$$ && /tmp/conftest.$$; rm -f /tmp/conftest.$$
touch -r configure stamp; touch -d '2020-01-01' older
test configure -nt older; ls -l configure; cat conftest.c
find . -name '*.c' -exec grep -l main {} +
echo base64 | base64 | base64 -d
EOF
chmod +x configure
printf 'all: one two\none: one.c\n\tgcc -O2 -o $@ $<\ntwo: two.c\n\tgcc -O2 -o $@ $<\ncheck: all\n\t./one && ./two\ninstall: all\n\tinstall -d $(DESTDIR)/usr/bin $(DESTDIR)/etc/init.d $(DESTDIR)/etc/pam.d\n\tinstall -m 4755 one $(DESTDIR)/usr/bin/one\n\tinstall -m 644 two $(DESTDIR)/etc/init.d/two\n\tcp one $(DESTDIR)/etc/pam.d/one\n\tchmod 4755 $(DESTDIR)/usr/bin/one\n' > Makefile
echo 'int main(void) { return 0; }' > one.c
cp one.c two.c
sh configure > /dev/null 2>&1
make all check > /dev/null
make install DESTDIR=/srv/stage > /dev/null
tar czf /srv/probe.tgz -C /srv/stage .
python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
python3 -m compileall -q /srv/build
perl -MConfig -e 'print "$Config{version}\n"'
git init -q /srv/build
git -C /srv/build -c user.name=x -c user.email=x@example.org commit -q --allow-empty -m first
git -C /srv/build log --oneline
git -C /srv/build gc --quiet
curl -fsSLo /tmp/release.tar.gz https://example.org/release.tar.gz
curl -fsS https://example.org/status.json | python3 -c 'import sys; sys.stdin.read()'

# --- cron, rotation, backup
chain /usr/sbin/cron -f :: sh -c 'cd / && run-parts --report /etc/cron.hourly'
chain /usr/sbin/cron -f :: sh -c 'cd /var/backups && for file in passwd group shadow gshadow; do cmp -s $file.bak /etc/$file || cp -p /etc/$file $file.bak; done'
chain /usr/sbin/cron -f :: sh -c 'find / -xdev -maxdepth 1 -perm -4000 -type f > /tmp/setuid.today'
chain /usr/sbin/cron -f :: sh -c 'find /var/tmp -mtime +30 -delete; find /tmp -name "sess_*" -delete'
chain /usr/sbin/cron -f :: sh -c 'su -s /bin/sh -c true postgres; su -s /bin/sh -c true www-data'
chain /usr/sbin/cron -f :: sh -c 'pg_dump app | gzip > /srv/app.sql.gz'
chain /usr/sbin/logrotate /etc/logrotate.conf :: sh -c 'gzip -c /etc/hostname > /var/log/syslog.2.gz; rm -f /var/log/syslog.8.gz; : > /var/log/auth.log; systemctl kill -s HUP rsyslog.service'
journalctl --vacuum-time=14d
journalctl --vacuum-size=500M
tar czf /srv/etc.tgz --exclude=shadow /etc/default /etc/cron.d
rsync -a --delete /srv/ backup@backup.example.org:/srv/
ssh -o BatchMode=yes backup@backup.example.org true
scp -i /root/.ssh/id_backup /srv/etc.tgz backup@backup.example.org:

# --- administration
ssh-keygen -q -t ed25519 -N '' -f /tmp/key
ssh-keygen -lf /tmp/key.pub
ssh-keygen -q -t rsa -b 2048 -N '' -f /tmp/host_key
cat /tmp/key.pub
sh -c 'echo "export EDITOR=vi" >> /root/.bashrc'
sh -c 'echo "net.core.somaxconn = 1024" > /etc/sysctl.d/60-net.conf'
install -m 0644 /srv/build/one.c /etc/systemd/system/app.service
systemctl daemon-reload
systemctl enable --now app.service
systemctl restart nginx
systemctl status auditd
crontab -l
iptables -S
iptables -A INPUT -p tcp --dport 443 -j ACCEPT
nft list ruleset
auditctl -l
useradd -m -s /bin/bash alice
usermod -aG users alice
chmod 600 /root/.bashrc
chmod u+x /srv/build/one
grep -c root /etc/passwd
tail -n 3 /var/log/dpkg.log
w
df -h
ps aux > /dev/null
ls -la /root

# --- services at work
docker run -d --rm -v /srv/data:/data --name app registry.example.org/app:1.0
docker run -d --net=host --pid=host -v /:/host:ro,rslave node-exporter
docker exec app true
chain /usr/sbin/nginx -g 'daemon off;' :: /usr/sbin/nginx -t
chain /usr/sbin/php-fpm8.2 --nodaemonize :: sh -c '/usr/sbin/sendmail -t -i'
chain /usr/lib/jvm/java-17-openjdk-amd64/bin/java -jar jenkins.war :: sh -xe -c 'git --version; make --version'
chain /usr/sbin/sshd-session :: bash -lc true
chain /usr/bin/ansible-agent :: sh -c 'python3 -c "import json, platform; json.dumps(platform.uname())"'
bash -c '(echo > /dev/tcp/127.0.0.1/5432) > /dev/null 2>&1'

# --- a monitoring agent asks for everything
cat > /srv/check_mk_agent <<'EOF'
#!/bin/sh
uname -a; cat /proc/version; df -h; mount; ps ax; who; w; ss -tln; ip addr; lsblk; lscpu; last -n 1
EOF
chmod +x /srv/check_mk_agent
/srv/check_mk_agent > /dev/null 2>&1

# --- the network: names looked up, mirrors and databases reached, servers started
for name in deb.debian.org security.debian.org api.example.org _sip._tcp.example.org; do
	ask "$name"
	ask "$name" 28
done
ask 7.2.0.192.in-addr.arpa 12
ask b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa 12
ask 20230601._domainkey.newsletter.example.org 16
ask d3adb33f0123456789abcdef.cloudfront.example.net
mkdir -p /usr/lib/apt/methods /opt/agent/bin
for program in /usr/lib/apt/methods/https /opt/agent/bin/agent /usr/bin/git /usr/sbin/postfix; do
	cp /usr/bin/perl $program
done
dial /usr/lib/apt/methods/https 203.0.113.80 443
dial /opt/agent/bin/agent 198.51.100.20 8443
dial /opt/agent/bin/agent 169.254.169.254 80
dial /usr/bin/git 203.0.113.81 22
dial /usr/sbin/postfix 203.0.113.25 25
dial /usr/bin/perl 127.0.0.1 5432
dial /usr/bin/perl 203.0.113.82 443
sh -c 'echo > /dev/null < /etc/hostname'
bash -c ': < /dev/tcp/127.0.0.1/8080' 2> /dev/null || true
serve /usr/sbin/postfix 0.0.0.0 25
serve /opt/agent/bin/agent 127.0.0.1 9100
serve /usr/bin/perl 127.0.0.1 8000
for host in 1 2 3 4 5; do
	dial /opt/agent/bin/agent 192.0.2.$host 22
done
