package io.github.glimpse.sampling;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How likely the least likely token of each value of a JSON document was: notes which token wrote which characters, and looks up the
 * values in the end. One per answer.
 */
public final class FieldLikelihoods {

    private static final JsonFactory JSON = new JsonFactory();

    private final List<Piece> pieces = new ArrayList<>();
    private double held;

    /** Characters up to this one, from the piece before on, and the least logarithm of a probability of the tokens that wrote them. */
    private record Piece(int end, double logProbability) {}

    /**
     * A token was written.
     *
     * @param end characters that there are now; a token that completes none counts to the next one
     */
    public void add(int end, double logProbability) {
        held = Math.min(held, logProbability);
        int before = pieces.isEmpty() ? 0 : pieces.get(pieces.size() - 1).end();
        if (end > before) {
            pieces.add(new Piece(end, held));
            held = 0;
        }
    }

    /**
     * The values of a document.
     *
     * @param document all that was written; of one that is cut, what can be read counts
     * @return by JSON pointer, in the document's order, 0..1; of texts, numbers, booleans and nulls
     */
    public Map<String, Double> of(String document) {
        Map<String, Double> values = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(document)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isScalarValue()) {
                    JsonPointer place = parser.getParsingContext().pathAsPointer();
                    int start = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
                    parser.finishToken();
                    int end = Math.toIntExact(parser.currentLocation().getCharOffset());
                    values.put(place.toString(), least(start, end));
                }
            }
        } catch (IOException e) {
            // Cut by the limit: the values before that are there.
            return values;
        }
        return values;
    }

    /** How likely the least likely token of all was, 0..1. */
    public double least() {
        return least(0, Integer.MAX_VALUE);
    }

    private double least(int start, int end) {
        double least = 0;
        int from = 0;
        for (Piece piece : pieces) {
            if (from < end && piece.end() > start) {
                least = Math.min(least, piece.logProbability());
            }
            from = piece.end();
        }
        return Math.exp(least);
    }
}
