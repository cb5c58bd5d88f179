package io.github.glimpse.testing;

import java.util.Arrays;
import java.util.Random;

/** Damages files at random, for tests of readers that must not trust them. */
public final class RandomDamage {

    private RandomDamage() {}

    /** A copy with one to four faults: changed bytes, favourite bad values, a lost tail, a doubled or lost piece. */
    public static byte[] of(byte[] original, Random random) {
        byte[] bytes = original.clone();
        int faults = 1 + random.nextInt(4);
        for (int fault = 0; fault < faults && bytes.length > 1; fault++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(8)) {
                case 0 -> bytes = Arrays.copyOf(bytes, at);
                case 1 -> bytes = joined(bytes, at, at / 2);
                case 2 -> bytes = joined(bytes, at, Math.min(bytes.length, at + random.nextInt(9)));
                case 3 -> bytes[at] = (byte) 0xff;
                case 4 -> bytes[at] = (byte) ('0' + random.nextInt(10));
                case 5 -> bytes[at] = bytes[random.nextInt(bytes.length)];
                default -> bytes[at] = (byte) random.nextInt(256);
            }
        }
        return bytes;
    }

    /** All bytes before one place, then all from another. */
    private static byte[] joined(byte[] bytes, int headEnd, int tailStart) {
        byte[] both = Arrays.copyOf(bytes, headEnd + bytes.length - tailStart);
        System.arraycopy(bytes, tailStart, both, headEnd, bytes.length - tailStart);
        return both;
    }
}
