package io.github.glimpse.constrain;

import io.github.glimpse.answer.LiteralSearch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Any bytes up to the first of some texts, in symbols of a grammar. A text is found in bytes too where it is a marker, since a
 * reader of the answer sees no difference.
 */
final class FreeText {

    private final GrammarBuilder grammar;
    private final List<String> texts;
    private final LiteralSearch search;
    private final Map<String, Integer> found = new HashMap<>();

    FreeText(GrammarBuilder grammar, List<String> texts) {
        this.grammar = grammar;
        this.texts = texts;
        List<String> spelled = new ArrayList<>();
        for (String text : texts) {
            spelled.add(spelled(grammar.symbolsOf(text)));
            spelled.add(spelled(new GrammarBuilder(grammar.work()).symbolsOf(text)));
            found.put(text, grammar.state());
        }
        search = new LiteralSearch(spelled);
    }

    /** One character for each symbol. */
    private static String spelled(int[] symbols) {
        StringBuilder text = new StringBuilder();
        for (int symbol : symbols) {
            text.append((char) symbol);
        }
        return text.toString();
    }

    /** Adds the bytes, which may be all up to the end. */
    void add(int start, int end) {
        Map<Integer, Integer> states = new HashMap<>(Map.of(0, start));
        List<Integer> open = new ArrayList<>(List.of(0));
        for (int index = 0; index < open.size(); index++) {
            int place = open.get(index);
            int from = states.getOrDefault(place, start);
            grammar.skip(from, end);
            int symbols = Grammar.FIRST_MARKER + grammar.markers().size();
            for (int first = 0; first < symbols; ) {
                int reached = search.step(place, (char) first);
                int last = first;
                while (last + 1 < Grammar.FIRST_MARKER && search.step(place, (char) (last + 1)) == reached) {
                    last++;
                }
                int match = search.match(reached);
                if (match >= 0) {
                    grammar.symbols(from, first, last, afterMarker(texts.get(match / 2)));
                } else if (first < Grammar.FIRST_MARKER || reached != 0) {
                    Integer target = states.get(reached);
                    if (target == null) {
                        target = grammar.state();
                        states.put(reached, target);
                        open.add(reached);
                    }
                    grammar.symbols(from, first, last, target);
                }
                first = last + 1;
            }
        }
    }

    /** Whether a text begins with one of those that are searched. */
    boolean isMarker(String opening) {
        return texts.stream().anyMatch(opening::startsWith);
    }

    /** The state after what an opening text has up to its end; the text begins with one of those that are searched. */
    int afterMarker(String opening) {
        for (String text : texts) {
            if (opening.startsWith(text)) {
                return grammar.literal(found.getOrDefault(text, -1), opening.substring(text.length()));
            }
        }
        throw new IllegalArgumentException("'" + opening + "' begins with none of " + texts);
    }

    /** Adds texts whose first character after blanks is none with which the openings begin. */
    static void addUnlike(GrammarBuilder grammar, List<String> openings, int start, int end) {
        BitSet first = new BitSet();
        for (String opening : openings) {
            first.set(opening.isEmpty() ? '{' : opening.charAt(0));
        }
        int blanks = grammar.state();
        int rest = grammar.state();
        grammar.skip(start, blanks);
        grammar.skip(blanks, end);
        grammar.skip(rest, end);
        grammar.symbols(rest, 0, 255, rest);
        for (int value = 0; value < 256; value++) {
            boolean isBlank = value == ' ' || value == '\n' || value == '\t' || value == '\r';
            if (!first.get(value)) {
                grammar.symbols(blanks, value, value, isBlank ? blanks : rest);
            }
        }
    }
}
