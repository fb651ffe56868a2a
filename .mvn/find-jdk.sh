#!/bin/sh
# Prints the folder of a JDK 25 or newer; says what to install and fails where there is none.
# Looks where JDKs are installed and not only at the environment, because the default java is often an older one.
wanted=25

version_of() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

on_path=$(command -v javac 2>/dev/null) && on_path=$(readlink -f "$on_path") && on_path=${on_path%/bin/javac}
for jdk in "${JAVA_HOME:-/nowhere}" "${on_path:-/nowhere}" \
  /usr/lib/jvm/* /usr/java/* /opt/*jdk* /opt/java/* \
  "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* "$HOME"/.local/share/mise/installs/java/* \
  /Library/Java/JavaVirtualMachines/*/Contents/Home; do
  version=$(version_of "$jdk") || continue
  if [ "${version:-0}" -ge "$wanted" ]; then
    echo "$jdk"
    exit 0
  fi
done

echo "Rivet needs a JDK $wanted, and none was found: install one (Debian and Ubuntu: 'apt install temurin-25-jdk' from the Adoptium packages, or 'apt install openjdk-25-jdk-headless' where your release has it; macOS: 'brew install temurin@25'; anywhere: 'sdk install java 25-tem') and run this again. It need not be the default java." >&2
exit 1
