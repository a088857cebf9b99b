# Runs one of Swift's servers with all its configuration in one directory:
#   swift-server.py <directory> proxy-server|account-server|container-server|object-server
# Debian's own start scripts read /etc/swift/swift.conf and change to a user named swift.
import functools
import sys

from swift.common import utils, wsgi

directory, server = sys.argv[1:]
utils.set_swift_dir(directory)
# Whoever started this process chose its user.
wsgi.drop_privileges = lambda user: None
# A port that somebody else listens on is an error, not one to share.
wsgi.listen = functools.partial(wsgi.listen, reuse_port=False)
sys.exit(wsgi.run_wsgi(f'{directory}/{server}.conf', server, verbose=True))
