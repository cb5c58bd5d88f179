package io.github.glimpse.documents;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Whether a page that lacks a rare word of a question has it after all: a model that has read a word that is almost the same looks again, and
 * says how likely the page says the other. A word that was misread is a close second there, one that merely looks alike is not.
 *
 * @param reader that has read the page
 * @param leastShare of the word that was asked for, beside the word that was read
 */
record SecondLook(DocumentIndex index, PageReader reader, double leastShare) {

    /** Whether a page covers so much of a query once words that were read amiss are mended. */
    boolean finds(String query, IndexedPage page, double leastCoverage) {
        Map<String, String> mended = new LinkedHashMap<>();
        String read = page.read();
        for (String word : TextIndex.words(query)) {
            String near = index.text().nearest(word, page);
            if (near != null) {
                mended.put(near, word);
                read = TextIndex.replaced(read, near, word);
            }
        }
        if (mended.isEmpty() || index.text().coverage(query, page.text() + "\n" + read) < leastCoverage) {
            return false;
        }
        RenderedPage rendered = index.folder().page(page);
        return mended.entrySet().stream()
                .allMatch(word -> reader.share(
                                DocumentFolder.content(rendered.image()), page.read(), word.getKey(), word.getValue())
                        >= leastShare);
    }
}
