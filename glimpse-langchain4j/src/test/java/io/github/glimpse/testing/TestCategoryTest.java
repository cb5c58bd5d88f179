package io.github.glimpse.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Guard of the profile {@code thorough}: a test of no category would run in no build. */
class TestCategoryTest {

    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", ".."));
    private static final String ANNOTATION = "Thorough";
    private static final Set<String> SKIPPED = Set.of("target", ".git", "run");

    private static final Pattern TAGS = Pattern.compile("@Tag\\(\"(thorough|reference|hostile|memory|soak)\"\\)");

    /** Whether it is the source of an annotation. */
    private static boolean isOurs(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.equals("TestCategory.java")
                || name.equals(ANNOTATION + ".java")
                || name.equals("TestCategoryTest.java");
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                // other modules write there at the same time
                return SKIPPED.contains(String.valueOf(folder.getFileName()))
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = ROOT.relativize(file).toString().replace('\\', '/');
                if (name.endsWith(".java") && name.contains("src/test/java/")) {
                    sources.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return sources;
    }

    @Test
    void everyThoroughTestHasACategoryInTheNextLine() throws IOException {
        List<String> without = new ArrayList<>();
        int found = 0;
        for (Path file : sources()) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                if (line.equals("@" + ANNOTATION) || line.equals("@Tag(\"thorough\")")) {
                    found++;
                    String next = lines.get(i + 1).strip();
                    if (!next.startsWith("@TestCategory.")
                            && !TAGS.matcher(next).matches()
                            && !isOurs(file)) {
                        without.add(ROOT.relativize(file) + ":" + (i + 1));
                    }
                }
            }
        }
        assertThat(found).isPositive();
        assertThat(without)
                .as("tests of the profile thorough without a category")
                .isEmpty();
    }

    @Test
    void onlyExamplesWithoutTheLibrarysTestClassesWriteTheTags() throws IOException {
        List<String> others = new ArrayList<>();
        for (Path file : sources()) {
            boolean hasAnnotations = !ROOT.relativize(file).startsWith("examples");
            if (hasAnnotations && !isOurs(file)) {
                Matcher found = TAGS.matcher(Files.readString(file));
                if (found.find()) {
                    others.add(ROOT.relativize(file) + ": " + found.group());
                }
            }
        }
        assertThat(others)
                .as("tags to be replaced by annotations of TestCategory")
                .isEmpty();
    }

    @Test
    void theProfileRunsEveryCategory() throws IOException {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        for (Class<?> category : TestCategory.class.getDeclaredClasses()) {
            String tag = category.getAnnotation(org.junit.jupiter.api.Tag.class).value();
            assertThat(pom).contains("<groups>" + tag + "</groups>");
        }
    }
}
