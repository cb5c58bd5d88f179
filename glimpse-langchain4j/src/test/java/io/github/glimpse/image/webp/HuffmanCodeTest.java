package io.github.glimpse.image.webp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class HuffmanCodeTest {

    private static LosslessBits bits(int... bytes) {
        byte[] data = new byte[bytes.length];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) bytes[i];
        }
        return new LosslessBits(data, 0, data.length);
    }

    @Test
    void readsShortAndLongCodes() throws IOException {
        // Symbol i has i + 1 bits: i ones, then a zero; the last has fifteen ones
        int[] lengths = new int[16];
        for (int i = 0; i < 15; i++) {
            lengths[i] = i + 1;
        }
        lengths[15] = 15;
        HuffmanCode code = new HuffmanCode(lengths, 16);

        LosslessBits bits = bits(0b0111_0110, 0b1111_1111, 0b0011_1111, 0b1111_1110, 0b1111_1111);
        assertThat(code.read(bits)).isZero();
        assertThat(code.read(bits)).isEqualTo(2);
        assertThat(code.read(bits)).isEqualTo(3);
        assertThat(code.read(bits)).isEqualTo(14);
        assertThat(code.read(bits)).isZero();
        assertThat(code.read(bits)).isZero();
        assertThat(code.read(bits)).isEqualTo(15);
        assertThatThrownBy(() -> code.read(bits)).isInstanceOf(EOFException.class);
    }

    @Test
    void aSingleSymbolTakesNoBits() throws IOException {
        HuffmanCode code = new HuffmanCode(new int[] {0, 0, 7}, 3);
        LosslessBits bits = bits();
        assertThat(code.read(bits)).isEqualTo(2);
        assertThat(code.read(bits)).isEqualTo(2);
    }

    @Test
    void refusesCodesThatAreIncompleteOrOverfull() {
        assertThatThrownBy(() -> new HuffmanCode(new int[] {1, 2}, 2)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> new HuffmanCode(new int[] {1, 1, 1}, 3)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> new HuffmanCode(new int[] {0, 0}, 2)).isInstanceOf(IOException.class);
    }
}
