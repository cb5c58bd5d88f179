package io.github.glimpse.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The two checksums by which the hub names files: SHA-256 of the bytes for large files (Git LFS), and SHA-1 of {@code "blob
 * size\0"} and the bytes for those that are in Git itself.
 */
final class Checksum {

    private static final int SHA256_DIGITS = 64;
    private static final int BUFFER_BYTES = 1 << 20;

    private Checksum() {}

    /**
     * The checksum of a file, of the same kind as an expected one. Reads what is on the disk and not what came over the wire:
     * only so nothing in between can go wrong.
     */
    static String of(Path file, String expected) throws IOException {
        boolean large = expected.length() == SHA256_DIGITS;
        MessageDigest digest = digest(large ? "SHA-256" : "SHA-1");
        if (!large) {
            digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.UTF_8));
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has " + algorithm, e);
        }
    }
}
