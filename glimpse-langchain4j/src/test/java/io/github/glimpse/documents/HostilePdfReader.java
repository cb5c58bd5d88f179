package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** A process of its own that reads hostile files: how many, and a port that they name. Ends with 0 if it outlives them. */
final class HostilePdfReader {

    private HostilePdfReader() {}

    public static void main(String[] arguments) throws IOException {
        int files = Integer.parseInt(arguments[0]);
        HostilePdf hostile = new HostilePdf(24, Integer.parseInt(arguments[1]));
        DocumentLimits limits = DocumentLimits.defaults()
                .withMaxPages(200)
                .withMaxPixels(1_000_000)
                .withMaxCharacters(100_000)
                .withTimePerPage(Duration.ofMillis(1200))
                .withMaxMemoryBytes(300_000_000);
        Map<InvalidDocumentException.Reason, Integer> errors = new EnumMap<>(InvalidDocumentException.Reason.class);
        int read = 0;
        for (int file = 0; file < files; file++) {
            byte[] bytes = hostile.next();
            try (PdfPages pages = PdfPages.open(bytes, "hostile.pdf", limits)) {
                for (int page = 1; page <= Math.min(2, pages.count()); page++) {
                    pages.render(page, 72);
                    pages.words(page);
                    read++;
                }
            } catch (InvalidDocumentException e) {
                errors.merge(e.reason(), 1, Integer::sum);
            }
            if (file % 100 == 99) {
                System.err.println(file + 1 + " files, " + read + " pages, " + errors);
            }
        }
        System.out.println("outlived " + files + " files, read " + read + " pages, " + errors);
        System.exit(0);
    }
}
