"""Downloads the source archive of a Python package without building it (`pip download` would): fetch_sdist.py NAME VERSION FILE
SHA256. It goes through pip's own index settings and network client, so that mirrors, proxies and certificates are the user's."""
import hashlib
import sys

from pip._internal.commands import create_command
from pip._vendor.packaging.specifiers import SpecifierSet


def main(name, version, path, sha256):
    command = create_command("download")
    options, _ = command.parse_args(["--no-binary", ":all:", "--no-deps", f"{name}=={version}"])
    digest = hashlib.sha256()
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options, session)
        best = finder.find_best_candidate(name, SpecifierSet(f"=={version}")).best_candidate
        if best is None:
            sys.exit(f"no source archive of {name} {version} in the package index")
        with session.get(best.link.url_without_fragment, stream=True, headers={"Accept-Encoding": "identity"}) as answer:
            answer.raise_for_status()
            with open(path, "wb") as out:
                for chunk in answer.iter_content(1 << 20):
                    out.write(chunk)
                    digest.update(chunk)
    if digest.hexdigest() != sha256:
        sys.exit(f"{best.link.filename} is not the file this version pins")


if __name__ == "__main__":
    main(*sys.argv[1:])
