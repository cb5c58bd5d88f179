package io.github.glimpse.documents;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Okapi BM25 over the texts of pages (Robertson and Zaragoza 2009), with its usual numbers. Own and in memory: Lucene 9 would bring 5 MB
 * and an index format for what is a map here, and Lucene 10 needs a newer Java; LangChain4j has no retriever by text of its own.
 */
final class TextIndex {

    private static final double K1 = 1.2;
    private static final double B = 0.75;
    /** A word with marks inside, such as a code or an amount, is one term, and so are its parts. */
    private static final Pattern TERM = Pattern.compile("[\\p{L}\\p{N}]+(?:[-./:,_][\\p{L}\\p{N}]+)*");

    private static final Pattern MARKS = Pattern.compile("[-./:,_]");

    private final List<IndexedPage> pages;
    private final Map<String, Map<Integer, Integer>> places = new HashMap<>();
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
        }
        meanLength = pages.isEmpty() ? 1 : Math.max(1, (double) sum / pages.size());
    }

    static List<String> terms(String text) {
        List<String> terms = new ArrayList<>();
        Matcher matcher = TERM.matcher(text.toLowerCase(Locale.ROOT));
        while (matcher.find()) {
            String term = matcher.group();
            terms.add(term);
            String[] parts = MARKS.split(term);
            if (parts.length > 1) {
                terms.addAll(List.of(parts));
            }
        }
        return terms;
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
        }
        return scores.entrySet().stream()
                .sorted(Map.Entry.<Integer, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(most)
                .map(entry -> new Hit(pages.get(entry.getKey()), entry.getValue()))
                .toList();
    }

    /** Share of a query's terms that a page has, each weighed by how rare it is: 0..1, 1 for a query without terms. */
    double coverage(String query, IndexedPage page) {
        Set<String> has = Set.copyOf(terms(page.text()));
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
