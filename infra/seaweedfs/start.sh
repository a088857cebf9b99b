#!/bin/sh
# SeaweedFS on one node with its S3 door. By itself it answers a PUT from the page cache; our promise needs the bytes
# on disk first, so the bucket is configured to sync before the door counts as ready.
set -eu
rm -f /tmp/ready
weed server -dir=/data -ip=127.0.0.1 -ip.bind=0.0.0.0 -master.volumeSizeLimitMB=1024 \
  -s3 -s3.port=8333 -s3.config=/run/pochtar/s3.json &
server=$!
trap 'kill -TERM $server; wait $server' TERM INT

(
  until printf 's3.bucket.create -name pochtar\nfs.configure -locationPrefix=/buckets/pochtar -fsync -apply\n' \
      | weed shell -master=127.0.0.1:9333 -filer=127.0.0.1:8888 \
    && echo fs.configure | weed shell -master=127.0.0.1:9333 -filer=127.0.0.1:8888 | grep -q fsync
  do
    sleep 1
  done
  touch /tmp/ready
) &

wait $server
