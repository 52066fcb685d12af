"""nginx with deploy/nginx.conf, where only addresses and folders are others."""

import re
import shutil

from tests.topology.compose import ROOT
from tests.topology.here import FIRST, FURTHER, HTTP, Here

PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
# Where it was built to keep what passes through, only root may write.
PASSING_THROUGH = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def command(here: Here, names: str) -> list[str]:
    """As its image starts it; `names` is where the name server listens.

    `user` counts only for root, whose nginx would become somebody who may not enter our folder.
    """
    folder = here.folder / "nginx"
    folder.mkdir()
    conf = folder / "nginx.conf"
    conf.write_text(_brought(here, str(folder), names))
    return [str(PROGRAM), "-c", str(conf), "-g", "daemon off; user root;"]


def _brought(here: Here, folder: str, names: str) -> str:
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = text.replace("/tmp/", f"{folder}/").replace("127.0.0.11", names)
    text = text.replace(f"listen {HTTP} ", f"listen {FIRST}:{here.port(HTTP)} ")
    for inside in FURTHER:
        text = re.sub(rf"(http://\w+):{inside};", rf"\g<1>:{here.port(inside)};", text)
    own = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in PASSING_THROUGH)
    return text.replace("http {\n", f"http {{\n{own}", 1)
