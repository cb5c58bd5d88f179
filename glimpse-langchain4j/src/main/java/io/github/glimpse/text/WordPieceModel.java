package io.github.glimpse.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * WordPiece: of a word the longest piece that the vocabulary has, then of the rest the longest that continues a word. A
 * word with a piece that it does not have is unknown as a whole.
 *
 * @param vocabulary tokens and ids
 * @param unknown    token of unknown words
 * @param prefix     stands before pieces that continue a word
 * @param most       characters of a word; longer ones are unknown
 */
record WordPieceModel(Map<String, Integer> vocabulary, String unknown, String prefix, int most)
        implements SubwordModel {

    /** Longer words take time by the square of their length. */
    static final int MOST_CHARACTERS = 1_000;

    @Override
    public void encode(AlignedText text, int from, int to, TokenSink sink) {
        String word = text.text().substring(from, to);
        List<int[]> pieces = word.codePointCount(0, word.length()) > most ? List.of() : pieces(word, sink);
        if (pieces.isEmpty()) {
            Integer id = vocabulary.get(unknown);
            if (id == null) {
                throw SubwordModel.unknownMissing(unknown);
            }
            sink.add(id, text, from, to);
        }
        pieces.forEach(piece -> sink.add(piece[0], text, from + piece[1], from + piece[2]));
    }

    @Override
    public int unknownId() {
        return vocabulary.getOrDefault(unknown, -1);
    }

    /** Id, start and end of each piece; none if the word is unknown. */
    private List<int[]> pieces(String word, TokenSink sink) {
        List<int[]> pieces = new ArrayList<>();
        for (int start = 0; start < word.length(); ) {
            Integer id = null;
            int end = word.length();
            while (end > start) {
                String piece = word.substring(start, end);
                id = vocabulary.get(start > 0 ? prefix + piece : piece);
                sink.work(1 + piece.length() / 16);
                if (id != null) {
                    break;
                }
                end -= Character.charCount(word.codePointBefore(end));
            }
            if (id == null) {
                return List.of();
            }
            pieces.add(new int[] {id, start, end});
            start = end;
        }
        return pieces;
    }
}
