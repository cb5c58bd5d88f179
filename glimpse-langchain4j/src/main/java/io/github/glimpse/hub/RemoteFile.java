package io.github.glimpse.hub;

/**
 * A file as the hub describes it.
 *
 * @param name plain name in the root of the repository
 * @param checksum SHA-256 or git SHA-1 in lower-case hexadecimal digits; its name in the cache
 * @param size in bytes
 */
record RemoteFile(String name, String checksum, long size) {}
