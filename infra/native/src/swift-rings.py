# Writes the three rings of a Swift with one disk:
#   swift-rings.py <directory> <host> <account port> <container port> <object port>
import sys

from swift.common.ring import RingBuilder

PARTITION_POWER = 4
REPLICAS = 1
MIN_PART_HOURS = 1

directory, host, *ports = sys.argv[1:]
for name, port in zip(('account', 'container', 'object'), ports):
    ring = RingBuilder(PARTITION_POWER, REPLICAS, MIN_PART_HOURS)
    ring.add_dev({'region': 1, 'zone': 1, 'weight': 1.0, 'ip': host, 'port': int(port), 'device': 'd1'})
    ring.rebalance()
    ring.get_ring().save(f'{directory}/{name}.ring.gz')
