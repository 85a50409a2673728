#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The completions as their users meet them: real shells, each on a terminal, and TAB.

TAP. HGW is the binary; run from the top of the tree, by `make integration`. In a mount
namespace with a /run and an /etc/iproute2 of our own; it takes no privilege.
"""

import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import pexpect

DEADLINE = 20  # seconds; of a machine that does something else
HGW = os.environ["HGW"]
TOP = os.getcwd()
COMMANDS = ["plan", "apply", "show", "verify", "flush"]

# Names of nodes that a shell must not take for anything else.
NAMES = ["node1", "node2", "rack1:a", "two words", "$(touch pwned)", "`touch pwned`",
         "; touch pwned #", "a'b\"c", "é*"]


def enter():
    """Starts over where a mount hides what this machine has in /run and /etc/iproute2."""
    if "COMPLETION_INSIDE" in os.environ:
        return
    os.environ["COMPLETION_INSIDE"] = "1"
    for how in (["--user", "--map-root-user", "--mount", "--propagation", "unchanged"], ["--mount"]):
        if subprocess.run(["unshare", *how, "true"], stderr=subprocess.DEVNULL).returncode == 0:
            os.execvp("unshare", ["unshare", *how, sys.executable, __file__])
    sys.exit("completion.t: no mount namespace here: it takes a user namespace, or root")


def put(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def scene():
    """A home, and a world around it."""
    for covered in ("/run", "/etc/iproute2"):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "scene", covered], check=True)
    home = "/run/home"
    put("/etc/iproute2/rt_tables.d/t.conf", "100 pods\n255 local\n254 main\n7 t$(touch /run/home/pwned)\n")
    put("/etc/iproute2/rt_protos.d/t.conf", "72 hgw\n73 hgw-lab\n186 bgp\n")
    put("/run/netns/blue", "")
    put("/run/netns/red room", "")
    os.makedirs(home + "/bin")
    os.chdir(home)
    os.symlink(HGW, "bin/hgw")
    quoted = [name.replace("\\", "\\\\").replace('"', '\\"') for name in NAMES]
    put("inv.yaml", "nodes:\n" + "".join(
        f'  - {{name: "{name}", address: 192.168.31.{i + 1}, subnet: 10.244.{i}.0/24}}\n'
        for i, name in enumerate(quoted)))
    put("my file.yaml", "nodes: [{name: other, address: 192.168.31.9, subnet: 10.244.9.0/24}]\n")
    put("default.yaml", "nodes: [{name: fallback, address: 192.168.31.9, subnet: 10.244.9.0/24}]\n")
    put("kube.json", '{"kind": "List", "items": [{"kind": "Node", "metadata": {"name": "kube1"}, "spec": '
        '{"podCIDR": "10.244.1.0/24"}, "status": {"addresses": '
        '[{"type": "InternalIP", "address": "192.168.31.62"}]}}]}\n')
    put("broken.yaml", "nodes: [\n")
    put("dir/deep.yaml", "")
    return home


class Shell:
    """A shell on a terminal. The keys that it binds write what the line became to the file line."""

    all_key = None  # inserts all candidates

    def __init__(self, home, argv, setup):
        env = {"PATH": f"{home}/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": home, "TERM": "xterm",
               "LC_ALL": "C.UTF-8", "HGW_INVENTORY": f"{home}/default.yaml",
               "BASH_COMPLETION_USER_DIR": f"{home}/bash", "XDG_CONFIG_HOME": f"{home}/config",
               "XDG_DATA_HOME": f"{home}/data", "FPATH_FIRST": f"{TOP}/completions"}
        self.p = pexpect.spawn(argv[0], argv[1:], cwd=home, env=env, timeout=DEADLINE, dimensions=(50, 200),
                               encoding="utf-8", echo=False)
        self.p.delaybeforesend = None
        self.p.sendline(setup + "; echo >ready")
        self.wait_for("ready")

    def wait_for(self, path):
        end = time.monotonic() + DEADLINE
        while not os.path.exists(path):
            if time.monotonic() > end:
                raise RuntimeError("nothing came from the shell; its terminal: " + repr(self.p.before))
            try:
                self.p.read_nonblocking(100000, 0.001)
            except pexpect.TIMEOUT:
                pass
            time.sleep(0.001)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        os.unlink(path)
        return text

    def press(self, line, key):
        """The line after that key at its end."""
        self.p.send(line + key + "\x18p")
        return self.wait_for("line")

    def tab(self, line):
        return self.press(line, "\t").rstrip("\n")

    def candidates(self, line):
        """What may stand for the last word of the line, read as the shell would read it."""
        text = self.press(line, self.all_key)
        before = shlex.split(line if line.endswith(" ") else line.rsplit(" ", 1)[0])
        try:
            got = shlex.split(text)
        except ValueError:
            got = []
        if got[:len(before)] != before:
            return "the line is broken: " + text
        typed = line.split(" ")[-1]  # what nothing was found for stays as it was
        return sorted(c.rstrip("=") for c in got[len(before):] if c != typed)

    def close(self):
        self.p.close(force=True)


class Bash(Shell):
    all_key = "\x1b*"  # insert-completions

    def __init__(self, home):
        put(f"{home}/bashrc", ". /usr/share/bash-completion/bash_completion\n"
            "dump() { printf '%s\\n' \"$READLINE_LINE\" >line.new; mv line.new line; READLINE_LINE=; }\n"
            "bind -x '\"\\C-xp\": dump'\nbind 'set enable-bracketed-paste off'\n")
        os.makedirs(f"{home}/bash/completions")
        os.symlink(f"{TOP}/completions/hgw.bash", f"{home}/bash/completions/hgw")
        super().__init__(home, ["bash", "--noprofile", "--rcfile", f"{home}/bashrc", "-i"], ":")


class Zsh(Shell):
    all_key = "\x18a"

    def __init__(self, home):
        put(f"{home}/zrc", """
fpath=($FPATH_FIRST $fpath)
autoload -Uz compinit && compinit -u -D
unsetopt zle_bracketed_paste 2>/dev/null; unset zle_bracketed_paste; unsetopt auto_menu beep
dump() { print -r -- "$BUFFER" >line.new; mv line.new line; BUFFER= }
zle -N dump; bindkey '^Xp' dump
zstyle ':completion:all-matches:*' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert yes
zle -C all-matches complete-word _generic; bindkey '^Xa' all-matches
bindkey '^I' complete-word
""")
        super().__init__(home, ["zsh", "-f", "-i"], f". {home}/zrc")

class Fish(Shell):
    def __init__(self, home):
        os.makedirs(f"{home}/config/fish/completions")
        os.symlink(f"{TOP}/completions/hgw.fish", f"{home}/config/fish/completions/hgw.fish")
        put(f"{home}/config/fish/config.fish", """
set -g fish_greeting
function dump; commandline >line.new; mv line.new line; commandline ''; end
bind \\cxp dump
""")
        super().__init__(home, ["fish", "-i"], "true")

    def candidates(self, line):
        put("ask", line)
        self.p.send("complete -C (cat ask) >all.new; mv all.new all\r")
        last = line.split(" ")[-1]
        got = [c.split("\t")[0] for c in self.wait_for("all").splitlines()]
        return sorted(c for c in got if c.startswith(last) and c != last)


def help_of(command):
    return subprocess.run([HGW, "help", command], stdout=subprocess.PIPE, text=True, check=True).stdout


def options_of(command):
    return sorted(re.findall(r"^  (--?[a-z0-9-]+)", help_of(command), re.M))


def formats_of(command):
    return sorted(re.search(r"output format: (.*)", help_of(command)).group(1).split(", "))


class Tap:
    def __init__(self):
        self.n = self.failed = 0

    def check(self, name, got, want):
        self.n += 1
        if got == want:
            print(f"ok {self.n} - {name}")
        else:
            self.failed += 1
            print(f"not ok {self.n} - {name}\n#   got: {got!r}\n#  want: {want!r}")
        sys.stdout.flush()


def check_words(tap, name, sh):
    """Commands, options, values."""
    def same(line, want):
        got = sh.candidates(line)
        if line.endswith(" "):  # bash and zsh offer options too where no word is begun
            got = [c for c in got if not c.startswith("-")]
        tap.check(f"{name}: {line}", got, sorted(want))

    same("hgw ", COMMANDS + ["help"])
    same("hgw help ", COMMANDS)
    same("hgw help plan ", [])
    same("hgw nonsense --", [])
    for command in COMMANDS:
        same(f"hgw {command} --", [o for o in options_of(command) if o.startswith("--")])
        same(f"hgw {command} -o ", formats_of(command))
    same("hgw plan --color ", ["always", "auto", "never"])
    same("hgw plan --wait", [])
    same("hgw apply --lock-timeout ", [])
    same("hgw flush ", [])
    tap.check(f"{name}: a command", sh.tab("hgw ver"), "hgw verify ")
    tap.check(f"{name}: an option", sh.tab("hgw apply --dry"), "hgw apply --dry-run ")
    tap.check(f"{name}: the value of a letter", sh.tab("hgw verify -o ju"), "hgw verify -o junit ")
    tap.check(f"{name}: --opt=VALUE", sh.tab("hgw verify --color=al").rstrip(), "hgw verify --color=always")


def check_names(tap, name, sh):
    """What comes out of files, hostile as it may be."""
    def same(line, want):
        tap.check(f"{name}: {line}", sh.candidates(line), sorted(want))

    same("hgw plan inv.yaml --node ", NAMES)
    same("hgw plan -q --out p kube.json --node ", ["kube1"])
    same("hgw verify --snapshot inv.yaml kube.json --node ", ["kube1"])
    same("hgw verify my\\ file.yaml --node ", ["other"])
    same("hgw verify ~/kube.json --node ", ["kube1"])
    same("hgw apply --node ", ["fallback"])
    same("hgw apply broken.yaml --node ", [])
    same("hgw apply - --node ", ["fallback"])
    same("hgw plan --netns ", ["blue", "red room"])
    same("hgw show --table ", ["default", "main", "pods", "t$(touch"])
    same("hgw flush --protocol ", ["hgw", "hgw-lab"])
    for start, want in (("two", "two words"), ("rack", "rack1:a"), ("rack1:", "rack1:a")):
        for opt in ("--node ", "--node="):
            line = sh.tab(f"hgw verify inv.yaml {opt}{start}")
            tap.check(f"{name}: {opt}{start}", shlex.split(line)[3:],
                      ["--node", want] if opt[-1] == " " else [f"--node={want}"])
    tap.check(f"{name}: --table=", sh.tab("hgw show --table=po").rstrip(), "hgw show --table=pods")
    tap.check(f"{name}: --netns=", sh.tab("hgw show --netns=bl").rstrip(), "hgw show --netns=blue")
    if name != "fish":  # it does not tell a completion what is behind the cursor
        back = "\x1b[D" * len(" inv.yaml")
        tap.check(f"{name}: the inventory comes after", sh.tab("hgw plan --node rack inv.yaml" + back).split(),
                  "hgw plan --node rack1:a inv.yaml".split())
    tap.check(f"{name}: an inventory", sh.tab("hgw plan ku"), "hgw plan kube.json ")
    tap.check(f"{name}: below a folder", sh.tab("hgw plan dir/d"), "hgw plan dir/deep.yaml ")
    tap.check(f"{name}: a file to write", sh.tab("hgw plan --out di"), "hgw plan --out dir/")
    tap.check(f"{name}: --out=FILE", sh.tab("hgw plan --out=dir/d").rstrip(), "hgw plan --out=dir/deep.yaml")
    tap.check(f"{name}: nothing was run", os.path.exists("pwned"), False)


def check_time(tap, name, sh):
    """Told, and asserted with much room: the machine may do something else."""
    took = []
    for _ in range(11):
        start = time.monotonic()
        sh.tab("hgw plan inv.yaml --node nod")
        took.append(time.monotonic() - start)
    print(f"# {name}: TAB took {statistics.median(took) * 1000:.0f} ms (median), "
          f"{min(took) * 1000:.0f} ms (least)")
    tap.check(f"{name}: TAB within a second", min(took) < 1, True)


def main():
    enter()
    home = scene()
    tap = Tap()
    for shell in (Bash, Zsh, Fish):
        name = shell.__name__.lower()
        sh = shell(home)
        check_words(tap, name, sh)
        check_names(tap, name, sh)
        check_time(tap, name, sh)
        sh.close()
    print(f"1..{tap.n}")
    return tap.failed > 0


if __name__ == "__main__":
    sys.exit(main())
