package com.example.tests.older;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.tests.Folders;
import dev.langchain4j.model.chat.ChatModel;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A build that brings an older LangChain4j than Glimpse needs; in a process of its own, with another class path. */
class OlderLangChain4jTest {

    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    private static final String POM = "META-INF/maven/dev.langchain4j/langchain4j-core/pom.properties";

    @TempDir
    private Path folder;

    @Test
    void theStartSaysWhichVersionsToWrite() throws Exception {
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        withOlderCore(),
                        OlderApplication.class.getName(),
                        "--glimpse.embedding-model.enabled=true",
                        "--glimpse.embedding-model.location=" + Folders.CLIP)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).isOne();
        assertThat(Files.readString(log))
                .contains("APPLICATION FAILED TO START")
                .contains("Glimpse needs LangChain4j 1.19.0 or later")
                .contains("langchain4j-core 1.8.0")
                .contains("Not there: ")
                .contains("<artifactId>langchain4j-bom</artifactId>")
                .contains("<version>1.12.2-beta22</version>");
    }

    /** The class path with what LangChain4j's core 1.8.0 did not have left out of it. */
    private String withOlderCore() throws IOException {
        Path core = Path.of(ChatModel.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        Path older = folder.resolve("langchain4j-core-older.jar");
        try (JarFile jar = new JarFile(core.toFile());
                JarOutputStream out = new JarOutputStream(Files.newOutputStream(older))) {
            for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                if (entry.getName().startsWith("dev/langchain4j/model/embedding/listener/")
                        || entry.getName().startsWith("dev/langchain4j/model/embedding/request/")
                        || entry.getName().startsWith("dev/langchain4j/model/embedding/response/")) {
                    continue;
                }
                out.putNextEntry(new JarEntry(entry.getName()));
                if (entry.getName().equals(POM)) {
                    out.write("version=1.8.0\n".getBytes(StandardCharsets.ISO_8859_1));
                } else {
                    try (InputStream content = jar.getInputStream(entry)) {
                        content.transferTo(out);
                    }
                }
                out.closeEntry();
            }
        }
        List<String> entries = Arrays.asList(CLASS_PATH.split(File.pathSeparator, -1));
        assertThat(entries).contains(core.toString());
        return entries.stream()
                .map(entry -> entry.equals(core.toString()) ? older.toString() : entry)
                .collect(Collectors.joining(File.pathSeparator));
    }
}
