#!/usr/bin/env bash
# Prepares an Amazon Linux 2023 host once: Docker, a secret, a small swap file. Run as root; running it again is harmless.
set -euo pipefail

fail() {
  echo "setup-ec2: $1" >&2
  exit 1
}

[ "$(id -u)" -eq 0 ] || fail "run it as root: sudo deploy/setup-ec2.sh"
command -v dnf >/dev/null || fail "this host has no dnf; it is meant for Amazon Linux 2023"

dnf install -y docker git
systemctl enable --now docker

# The person who deploys need not be root.
if id ec2-user >/dev/null 2>&1; then
  usermod -aG docker ec2-user
fi

# One secret for everything that changes state; kept readable by root and the docker group alone.
if [ ! -f /etc/telelink.env ]; then
  umask 027
  printf 'TELELINK_API_KEY=%s\n' "$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')" >/etc/telelink.env
  chgrp docker /etc/telelink.env
  echo "setup-ec2: wrote a new API key to /etc/telelink.env"
fi

# The names by which people call the server: any other is refused with 421.
if grep -q '^TELELINK_HOSTS=.' /etc/telelink.env; then
  echo "setup-ec2: the server answers as $(sed -n 's/^TELELINK_HOSTS=//p' /etc/telelink.env) (/etc/telelink.env)"
elif [ -n "${TELELINK_HOSTS:-}" ]; then
  printf 'TELELINK_HOSTS=%s\n' "$TELELINK_HOSTS" >>/etc/telelink.env
  echo "setup-ec2: the server answers as $TELELINK_HOSTS (/etc/telelink.env)"
else
  echo "setup-ec2: no TELELINK_HOSTS is set: the server answers by its address alone, and 421 by any name. Add the names that"
  echo "  people will use to /etc/telelink.env, such as TELELINK_HOSTS=customers.example.com, and deploy again"
fi

# The image is built on the host: 1 GB instances need room for it.
if [ "$(awk '/MemTotal/ {print $2}' /proc/meminfo)" -lt 2000000 ] && ! swapon --show | grep -q .; then
  dd if=/dev/zero of=/swapfile bs=1M count=2048 status=none
  chmod 600 /swapfile
  mkswap /swapfile >/dev/null
  swapon /swapfile
  grep -q '^/swapfile ' /etc/fstab || echo '/swapfile none swap sw 0 0' >>/etc/fstab
fi

echo "setup-ec2: ready. Open port 80 in the security group, then run deploy/deploy.sh"
