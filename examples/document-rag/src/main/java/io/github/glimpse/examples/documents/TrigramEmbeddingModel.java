package io.github.glimpse.examples.documents;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.util.List;
import java.util.Locale;

/**
 * Vectors of texts without weights: each word, and each three characters of it in a row, add to one of 512 numbers (the hashing trick,
 * Weinberger and others 2009). It knows letters and no meaning, so texts are near that spell alike; it stands where a real model for texts
 * would, so that finding by vectors can be tried and measured with nothing to download.
 */
final class TrigramEmbeddingModel implements EmbeddingModel {

    private static final int NUMBERS = 512;
    private static final int CHARACTERS = 3;

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        return Response.from(
                segments.stream().map(segment -> embedding(segment.text())).toList());
    }

    @Override
    public int dimension() {
        return NUMBERS;
    }

    @Override
    public String modelName() {
        return "trigrams-" + NUMBERS;
    }

    private static Embedding embedding(String text) {
        float[] vector = new float[NUMBERS];
        for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1)) {
            if (word.isEmpty()) {
                continue;
            }
            String marked = "<" + word + ">";
            add(vector, marked);
            for (int from = 0; from + CHARACTERS <= marked.length(); from++) {
                add(vector, marked.substring(from, from + CHARACTERS));
            }
        }
        Embedding embedding = Embedding.from(vector);
        embedding.normalize();
        return embedding;
    }

    /** Half of the parts count downwards, so that parts that share a number do not add up. */
    private static void add(float[] vector, String part) {
        int hash = part.hashCode() * 0x9E3779B1;
        vector[(hash >>> 1) % NUMBERS] += (hash & 1) == 0 ? 1 : -1;
    }
}
