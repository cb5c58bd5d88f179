package io.github.glimpse.documents;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Okapi BM25 over the texts of pages (Robertson and Zaragoza 2009), with its usual numbers. Own and in memory: Lucene 9 would bring 5 MB
 * and an index format for what is a map here, and Lucene 10 needs a newer Java; LangChain4j has no retriever by text of its own.
 *
 * <p>What a model has read on a picture may be misread by a character, so for a term that no page has, one of what was read that is
 * {@linkplain NearTerms near} counts, for less. Terms that some page has, and text layers, are taken to the letter.
 */
final class TextIndex {

    private static final double K1 = 1.2;
    private static final double B = 0.75;
    /** A word with marks inside, such as a code or an amount, is one term, and so are its parts. */
    private static final Pattern TERM = Pattern.compile("[\\p{L}\\p{N}]+(?:[-./:,_][\\p{L}\\p{N}]+)*");

    private static final Pattern MARKS = Pattern.compile("[-./:,_]");

    private final List<IndexedPage> pages;
    private final Map<String, Map<Integer, Integer>> places = new HashMap<>();
    /** Of what was read, by their length. */
    private final Map<Integer, Map<String, Set<Integer>>> readTerms = new HashMap<>();

    private final int[] lengths;
    private final double meanLength;

    /** A page and how well it fits. */
    record Hit(IndexedPage page, double score) {}

    TextIndex(Collection<IndexedPage> all) {
        pages = List.copyOf(all);
        lengths = new int[pages.size()];
        long sum = 0;
        for (int number = 0; number < pages.size(); number++) {
            List<String> terms = terms(pages.get(number).text());
            lengths[number] = terms.size();
            sum += terms.size();
            for (String term : terms) {
                places.computeIfAbsent(term, each -> new HashMap<>()).merge(number, 1, Integer::sum);
            }
            for (String term : terms(pages.get(number).read())) {
                readTerms
                        .computeIfAbsent(term.length(), each -> new HashMap<>())
                        .computeIfAbsent(term, each -> new HashSet<>())
                        .add(number);
            }
        }
        meanLength = pages.isEmpty() ? 1 : Math.max(1, (double) sum / pages.size());
    }

    static List<String> terms(String text) {
        List<String> terms = new ArrayList<>();
        for (String word : words(text)) {
            String term = word.toLowerCase(Locale.ROOT);
            terms.add(term);
            String[] parts = MARKS.split(term);
            if (parts.length > 1) {
                terms.addAll(List.of(parts));
            }
        }
        return terms;
    }

    /** As they are written, marks inside and not taken apart. */
    static List<String> words(String text) {
        return TERM.matcher(text).results().map(MatchResult::group).toList();
    }

    /** The best pages, best first; those that share no term with the query are left out. */
    List<Hit> search(String query, int most) {
        Map<Integer, Double> scores = new HashMap<>();
        for (String term : new LinkedHashSet<>(terms(query))) {
            double weight = weight(term);
            places.getOrDefault(term, Map.of()).forEach((number, count) -> {
                double length = K1 * (1 - B + B * lengths[number] / meanLength);
                scores.merge(number, weight * count * (K1 + 1) / (count + length), Double::sum);
            });
            near(term).forEach((number, similarity) -> {
                double length = K1 * (1 - B + B * lengths[number] / meanLength);
                scores.merge(number, similarity * weight * (K1 + 1) / (1 + length), Double::sum);
            });
        }
        return scores.entrySet().stream()
                .sorted(Map.Entry.<Integer, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(most)
                .map(entry -> new Hit(pages.get(entry.getKey()), entry.getValue()))
                .toList();
    }

    /** A word of a page with the terms of a query that it has. */
    private record Match(PageBox box, List<String> terms) {

        boolean isOnLineOf(Match other) {
            double middle = (box.y1() + box.y2()) / 2;
            return middle >= other.box.y1() && middle <= other.box.y2();
        }
    }

    /**
     * The line of a page's text layer with the rarest terms of a query, as far as its words have them; null if none
     * has one.
     */
    @Nullable
    PageBox box(String query, IndexedPage page) {
        Set<String> wanted = Set.copyOf(terms(query));
        List<Match> matches = new ArrayList<>();
        for (PageWord word : page.words()) {
            List<String> terms = terms(word.text());
            terms.retainAll(wanted);
            if (!terms.isEmpty()) {
                matches.add(new Match(word.box(), terms));
            }
        }
        PageBox best = null;
        double most = 0;
        for (Match start : matches) {
            List<Match> line =
                    matches.stream().filter(match -> match.isOnLineOf(start)).toList();
            double sum = line.stream()
                    .flatMap(match -> match.terms().stream())
                    .distinct()
                    .mapToDouble(this::weight)
                    .sum();
            if (sum > most) {
                most = sum;
                best = line.stream().map(Match::box).reduce(PageBox::union).orElseThrow();
            }
        }
        return best;
    }

    /** For a term that no page has: pages that were read to have one near to it, and how near. */
    private Map<Integer, Double> near(String term) {
        Map<Integer, Double> near = new HashMap<>();
        if (mayBeMisread(term)) {
            int most = NearTerms.most(term);
            for (int length = term.length() - most; length <= term.length() + most; length++) {
                readTerms.getOrDefault(length, Map.of()).forEach((other, having) -> {
                    double similarity = NearTerms.similarity(term, other);
                    if (similarity > 0) {
                        having.forEach(number -> near.merge(number, similarity, Math::max));
                    }
                });
            }
        }
        return near;
    }

    private boolean mayBeMisread(String term) {
        return !places.containsKey(term);
    }

    /** The word that was read on a page and is nearest to this one, as it was read; null if some page has the word, or this one none near to it. */
    @Nullable
    String nearest(String word, IndexedPage page) {
        String term = word.toLowerCase(Locale.ROOT);
        if (!mayBeMisread(term)) {
            return null;
        }
        String nearest = null;
        double best = 0;
        for (String other : words(page.read())) {
            double similarity = NearTerms.similarity(term, other.toLowerCase(Locale.ROOT));
            if (similarity > best) {
                best = similarity;
                nearest = other;
            }
        }
        return nearest;
    }

    /** A text with one of its words in place of another; in capitals where that was. */
    static String replaced(String text, String word, String other) {
        String written = word.equals(word.toUpperCase(Locale.ROOT)) ? other.toUpperCase(Locale.ROOT) : other;
        return TERM.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(match.group().equals(word) ? written : match.group()));
    }

    /** Share of a query's terms that a text has, each weighed by how rare it is: 0..1, 1 for a query without terms. */
    double coverage(String query, String text) {
        Set<String> has = Set.copyOf(terms(text));
        double found = 0;
        double all = 0;
        for (String term : new LinkedHashSet<>(terms(query))) {
            double weight = weight(term);
            all += weight;
            found += has.contains(term) ? weight : 0;
        }
        return all == 0 ? 1 : found / all;
    }

    private double weight(String term) {
        int having = places.getOrDefault(term, Map.of()).size();
        return Math.log(1 + (pages.size() - having + 0.5) / (having + 0.5));
    }
}
