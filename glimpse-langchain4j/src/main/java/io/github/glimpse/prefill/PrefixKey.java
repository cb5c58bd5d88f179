package io.github.glimpse.prefill;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.PromptLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/**
 * What stands in the rows of a prompt when they enter the decoder. The name of a row is a SHA-256 of all that decides its keys and
 * values, and of the name of the row before: prompts whose rows have the same name are equal up to there.
 */
final class PrefixKey {

    private final String scope;
    private final int depth;
    private final byte[][] names;
    private final List<String> pictures;
    private final int textRows;

    private PrefixKey(String scope, int depth, byte[][] names, List<String> pictures, int textRows) {
        this.scope = scope;
        this.depth = depth;
        this.names = names;
        this.pictures = List.copyOf(pictures);
        this.textRows = textRows;
    }

    /**
     * Of a prompt.
     *
     * @param scope those that share nothing with each other have other ones
     * @param depth layers that run before the first cut between layers
     * @param rows what is left of the prompt, with positions
     * @param grids of the pictures' units
     * @param pictures what tells the units apart, one for each grid: the file and all that was done to it
     */
    static PrefixKey of(
            String scope,
            int depth,
            PromptLayout layout,
            PromptRows rows,
            List<ImageGrid> grids,
            List<String> pictures) {
        MessageDigest digest = sha256();
        List<byte[]> units = pictures.stream()
                .map(picture -> digest.digest(picture.getBytes(StandardCharsets.UTF_8)))
                .toList();
        long[][] positions = rows.positions().rows();
        int[] newlines = rows.now(layout.newlineRows());
        byte[][] names = new byte[rows.count()][];
        ByteBuffer numbers = ByteBuffer.allocate(2 * Integer.BYTES + positions.length * Long.BYTES);
        byte[] name = digest.digest();
        int image = 0;
        int unit = 0;
        int first = 0;
        for (int row = 0; row < names.length; row++) {
            boolean isImage = image < rows.imageRows().length && rows.imageRows()[image] == row;
            boolean isNewline = Arrays.binarySearch(newlines, row) >= 0;
            int token = isNewline ? -2 : -1;
            if (isImage) {
                int alive = rows.alive()[image++];
                while (alive >= first + grids.get(unit).tokenCount()) {
                    first += grids.get(unit++).tokenCount();
                }
                token = alive - first;
            }
            numbers.clear();
            numbers.putInt(layout.ids()[rows.origins()[row]]).putInt(token);
            for (long[] ids : positions) {
                numbers.putLong(ids[row]);
            }
            digest.update(name);
            digest.update(numbers.array());
            if (isImage) {
                digest.update(units.get(unit));
            }
            name = digest.digest();
            names[row] = name;
        }
        return new PrefixKey(scope, depth, names, pictures, names.length - rows.imageRows().length);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Layers that run before the first cut between layers. */
    int depth() {
        return depth;
    }

    /** Rows of the prompt. */
    int rows() {
        return names.length;
    }

    /** Rows that are no image token. */
    int textRows() {
        return textRows;
    }

    /** Whether all of these files are among its pictures, which begin with their names. */
    boolean hasAll(String otherScope, List<String> files) {
        return scope.equals(otherScope)
                && files.stream().allMatch(file -> pictures.stream().anyMatch(picture -> picture.startsWith(file)));
    }

    /** Rows at the beginning that both have; none if they share nothing. */
    int common(PrefixKey other) {
        if (!scope.equals(other.scope)) {
            return 0;
        }
        int least = 0;
        int most = Math.min(names.length, other.names.length);
        while (least < most) {
            int row = (least + most) / 2;
            if (Arrays.equals(names[row], other.names[row])) {
                least = row + 1;
            } else {
                most = row;
            }
        }
        return least;
    }
}
