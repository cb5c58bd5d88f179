package io.github.glimpse.release;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The application of docs/guide/first-application.md in an empty folder: of Glimpse there is the bundle and nothing else, all
 * other artefacts come from Maven Central.
 */
class FreshApplicationIT {

    private static final Path GUIDE = Folders.ROOT.resolve("docs/guide/first-application.md");
    private static final String VERSION = requireNonNull(System.getProperty("glimpse.version"));
    private static final String ANSWER = "The answer is 87.00";

    // What the guide asks a Gradle for that is younger than 5: platforms, and the main class in a block of its own
    private static final Pattern PLATFORM = Pattern.compile("(?m)^ *implementation platform\\(.*\\R");
    private static final Pattern MAIN_CLASS = Pattern.compile("application \\{\\s*mainClass = (\\S+)\\s*}");

    private static Path repository = Path.of("");
    private static Map<String, String> environment = Map.of();

    @BeforeAll
    static void unpack() throws IOException {
        repository = Folders.empty("repository");
        Path bundle = Path.of(requireNonNull(System.getProperty("glimpse.bundle")));
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(bundle))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = repository.resolve(entry.getName());
                if (!entry.isDirectory()) {
                    Files.createDirectories(requireNonNull(file.getParent()));
                    Files.copy(zip, file);
                }
            }
        }
        environment = Map.of("DJL_CACHE_DIR", Folders.empty("djl").toString(), "DJL_OFFLINE", "true");
    }

    @Test
    void theBundleHasWhatARepositoryAsksFor() throws IOException {
        for (String artefact : List.of("glimpse-langchain4j", "glimpse-spring-boot-starter")) {
            Path folder =
                    repository.resolve("io/github/glimpse").resolve(artefact).resolve(VERSION);
            String name = artefact + "-" + VERSION;
            for (String end : List.of(".pom", ".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json")) {
                assertThat(folder).isDirectoryContaining(file -> file.endsWith(name + end));
                assertThat(folder).isDirectoryContaining(file -> file.endsWith(name + end + ".sha1"));
                assertThat(folder).isDirectoryContaining(file -> file.endsWith(name + end + ".md5"));
            }
        }
        assertThat(files(repository))
                .contains(Path.of("io/github/glimpse/glimpse-bom", VERSION, "glimpse-bom-" + VERSION + ".pom"))
                .noneMatch(file -> file.toString().contains("maven-metadata"));
    }

    @Test
    void mavenBuildsAnApplicationThatAnswers() throws Exception {
        Path folder = application("maven", "pom.xml");
        edit(folder.resolve("pom.xml"), "</project>", """
                  <repositories>
                    <repository>
                      <id>bundle</id>
                      <url>%s</url>
                    </repository>
                  </repositories>
                </project>""".replace(
                        "%s", repository.toUri().toString()));
        Path maven = Path.of(requireNonNull(System.getProperty("maven.home")), "bin", "mvn");

        Command.run(
                        folder,
                        environment,
                        List.of(
                                maven.toString(),
                                "-B",
                                "--no-transfer-progress",
                                "-Dmaven.repo.local=" + Folders.empty("local-repository"),
                                "package"))
                .succeeded();

        assertAnswers(folder, java().toString(), "-jar", "target/first-application-1.jar");
    }

    @Test
    void gradleBuildsAnApplicationThatAnswers() throws Exception {
        Path folder = application("gradle", "build.gradle");
        edit(folder.resolve("build.gradle"), "mavenLocal()", "maven { url '" + repository.toUri() + "' }");
        Files.writeString(folder.resolve("settings.gradle"), "rootProject.name = 'first-application'\n");
        if (gradleMajor(folder) < 5) {
            writeForGradle4(folder.resolve("build.gradle"));
        }

        Command.run(folder, environment, gradle("installDist")).succeeded();

        assertAnswers(folder, "build/install/first-application/bin/first-application");
    }

    @Test
    void theReadmeNamesTheDependencyAsTheGuideDoes() throws IOException {
        String readme = Files.readString(Folders.ROOT.resolve("README.md"));
        int section = readme.indexOf("## In your application");
        Matcher block = Pattern.compile("```xml\\R(.*?)```", Pattern.DOTALL).matcher(readme);

        assertThat(block.find(section)).isTrue();
        assertThat(words(block("pom.xml"))).contains(words(block.group(1)));
    }

    /** An empty folder with the guide's files for a build tool. */
    private static Path application(String name, String build) throws IOException {
        Path folder = Folders.empty(name);
        Path source = Files.createDirectories(folder.resolve("src/main/java/example"));
        Files.writeString(source.resolve("Application.java"), block("src/main/java/example/Application.java"));
        Files.writeString(folder.resolve(build), block(build));
        return folder;
    }

    /** The guide's block behind the line that names a file. */
    private static String block(String file) throws IOException {
        Matcher block = Pattern.compile("(?m)^`" + Pattern.quote(file) + "`.*:\\R\\R```\\w+\\R((?s:.*?))^```")
                .matcher(Files.readString(GUIDE));
        assertThat(block.find()).as("a block '" + file + "' in " + GUIDE).isTrue();
        return block.group(1);
    }

    private static void edit(Path file, String what, String by) throws IOException {
        String text = Files.readString(file);
        assertThat(text).containsOnlyOnce(what);
        Files.writeString(file, text.replace(what, by));
    }

    private static void writeForGradle4(Path file) throws IOException {
        String text = PLATFORM.matcher(Files.readString(file)).replaceFirst("");
        text = MAIN_CLASS.matcher(text).replaceFirst("mainClassName = $1");
        Files.writeString(
                file, text.replace("glimpse-spring-boot-starter'", "glimpse-spring-boot-starter:" + VERSION + "'"));
    }

    private static int gradleMajor(Path folder) throws IOException, InterruptedException {
        String text = Command.run(folder, environment, gradle("--version"))
                .succeeded()
                .text();
        Matcher version = Pattern.compile("(?m)^Gradle (\\d+)\\.\\S+$").matcher(text);
        assertThat(version.find()).as(text).isTrue();
        System.out.println("with " + version.group());
        return Integer.parseInt(version.group(1));
    }

    /** Gradle of GRADLE_HOME or of the path, with a folder of its own for what it fetches. */
    private static List<String> gradle(String task) {
        String home = System.getenv("GRADLE_HOME");
        String program = home == null ? "gradle" : home + File.separator + "bin" + File.separator + "gradle";
        Path user = Path.of("target/fresh/gradle-home").toAbsolutePath();
        return List.of(program, "--no-daemon", "--gradle-user-home", user.toString(), task);
    }

    private static void assertAnswers(Path folder, String... program) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(program));
        words.add(Folders.RECEIPT.toString());
        words.add("What is the total?");
        assertThat(Command.run(folder, environment, words).succeeded().text()).contains(ANSWER);
    }

    private static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).map(folder::relativize).toList();
        }
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
