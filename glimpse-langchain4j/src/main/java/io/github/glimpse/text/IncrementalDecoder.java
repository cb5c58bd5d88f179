package io.github.glimpse.text;

import java.util.Arrays;

/**
 * Turns the ids of an answer into pieces of text as they come.
 *
 * <p>All pieces joined equal {@link Tokenizer#decode} of all ids. A piece never ends within a character: text is held
 * back while its last bytes may still become one. What a token stands for depends on its neighbours (blanks at the
 * beginning, bytes of one character), so a few settled ids are decoded again with each new one and their text is cut
 * off; the work per id does not grow with the answer.
 *
 * <p>One per answer; not safe for concurrent use. Does not own the tokenizer, which must stay open.
 */
public final class IncrementalDecoder {

    private static final char REPLACEMENT = '\uFFFD';

    /** So many ids may wait with a decoding each; from then on only when their number has doubled. */
    private static final int EAGER_IDS = 16;

    private final Tokenizer tokenizer;

    /** Settled ids whose text is known, then ids whose text is not yet released in full. */
    private int[] window = new int[EAGER_IDS];

    private int anchorLength;
    private int windowLength;

    /** Characters of the window's text that were released. */
    private int released;

    private int nextTry = 1;

    /** Starts an answer. */
    public IncrementalDecoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Takes the next id of the answer.
     *
     * @return the text that is certain now; often empty for parts of characters, always for special tokens
     */
    public String append(int id) {
        if (!tokenizer.isText(id)) {
            return "";
        }
        if (windowLength == window.length) {
            window = Arrays.copyOf(window, 2 * windowLength);
        }
        window[windowLength++] = id;
        int waiting = windowLength - anchorLength;
        // Bytes are text only together: one that is wrong spoils all of its run.
        if (tokenizer.isByte(id) || waiting < nextTry) {
            return "";
        }
        String text = decode(0);
        int settled = text.length();
        while (tokenizer.mayEndWithinCharacter() && settled > 0 && text.charAt(settled - 1) == REPLACEMENT) {
            settled--;
        }
        if (settled == text.length()) {
            String piece = release(text, settled);
            keepAnchor();
            nextTry = 1;
            return piece;
        }
        nextTry = waiting < EAGER_IDS ? waiting + 1 : 2 * waiting;
        return release(text, settled);
    }

    /**
     * Ends the answer.
     *
     * @return the text that was held back
     */
    public String finish() {
        String piece = windowLength == anchorLength ? "" : release(decode(0), Integer.MAX_VALUE);
        anchorLength = 0;
        windowLength = 0;
        released = 0;
        nextTry = 1;
        return piece;
    }

    private String decode(int from) {
        return tokenizer.decode(Arrays.copyOfRange(window, from, windowLength));
    }

    private String release(String text, int end) {
        int start = Math.min(released, text.length());
        released = Math.max(start, Math.min(end, text.length()));
        return text.substring(start, released);
    }

    /** Keeps just so many of the last ids that they have a text: then blanks at its beginning are dealt with. */
    private void keepAnchor() {
        int kept = 1;
        String text = decode(windowLength - kept);
        while (text.isEmpty() && kept < windowLength) {
            kept = Math.min(2 * kept, windowLength);
            text = decode(windowLength - kept);
        }
        System.arraycopy(window, windowLength - kept, window, 0, kept);
        anchorLength = kept;
        windowLength = kept;
        released = text.length();
    }
}
