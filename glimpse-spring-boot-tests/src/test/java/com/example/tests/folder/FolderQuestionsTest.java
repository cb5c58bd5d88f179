package com.example.tests.folder;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.tests.folder.FolderApplication.Documents;
import com.example.tests.folder.RemoteConfiguration.Remote;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.service.Result;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.documents.DocumentIndex;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;
import org.apache.pdfbox.pdmodel.interactive.form.PDAcroForm;
import org.apache.pdfbox.pdmodel.interactive.form.PDTextField;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** A folder of a text PDF file, a scan and a form, asked by a method whose only parameter is the question. */
@ExtendWith(OutputCaptureExtension.class)
class FolderQuestionsTest {

    private static final PDRectangle SHEET = new PDRectangle(224, 224);

    @TempDir
    private Path temp;

    private Path documents;

    @BeforeEach
    void writeDocuments() throws IOException {
        documents = Files.createDirectories(temp.resolve("documents"));
        try (PDDocument text = new PDDocument();
                PDDocument scan = new PDDocument();
                PDDocument form = new PDDocument()) {
            write(text, "ORDER Z79", "TOTAL 87.00");
            text.save(documents.resolve("text.pdf").toFile());
            draw(scan, "RECEIPT Q55", "TOTAL 12.50");
            scan.save(documents.resolve("scan.pdf").toFile());
            write(form, "PARCEL K12", "WEIGHT");
            fill(form, "weight", "31");
            form.save(documents.resolve("form.pdf").toFile());
        }
    }

    private static PDFont font() {
        return new PDType1Font(Standard14Fonts.FontName.HELVETICA);
    }

    private static void write(PDDocument document, String... lines) throws IOException {
        PDPage page = new PDPage(SHEET);
        document.addPage(page);
        try (PDPageContentStream content = new PDPageContentStream(document, page)) {
            float y = 180;
            for (String line : lines) {
                content.beginText();
                content.setFont(font(), 18);
                content.newLineAtOffset(20, y);
                content.showText(line);
                content.endText();
                y -= 40;
            }
        }
    }

    private static void draw(PDDocument document, String... lines) throws IOException {
        BufferedImage image = new BufferedImage(448, 448, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, 448, 448);
        graphics.setColor(Color.BLACK);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 36));
        for (int line = 0; line < lines.length; line++) {
            graphics.drawString(lines[line], 40, 88 + 80 * line);
        }
        graphics.dispose();
        PDPage page = new PDPage(SHEET);
        document.addPage(page);
        try (PDPageContentStream content = new PDPageContentStream(document, page)) {
            content.drawImage(LosslessFactory.createFromImage(document, image), 0, 0, 224, 224);
        }
    }

    private static void fill(PDDocument document, String name, String value) throws IOException {
        PDAcroForm form = new PDAcroForm(document);
        PDResources resources = new PDResources();
        resources.put(COSName.getPDFName("Helv"), font());
        form.setDefaultResources(resources);
        form.setDefaultAppearance("/Helv 18 Tf 0 g");
        document.getDocumentCatalog().setAcroForm(form);
        PDTextField field = new PDTextField(form);
        field.setPartialName(name);
        field.getWidgets().get(0).setRectangle(new PDRectangle(120, 130, 80, 30));
        field.getWidgets().get(0).setPage(document.getPage(0));
        document.getPage(0).getAnnotations().add(field.getWidgets().get(0));
        form.getFields().add(field);
        field.setValue(value);
    }

    private ConfigurableApplicationContext start(Class<?> other, String... properties) {
        return new SpringApplicationBuilder(FolderApplication.class, other)
                .properties(
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "glimpse.generation.max-output-tokens=8",
                        "glimpse.rag.max-results=1",
                        "glimpse.rag.documents=" + documents)
                .properties(properties)
                .run();
    }

    private static void assertSource(Result<String> result, String document) {
        assertThat(result.sources()).hasSize(1);
        Content source = result.sources().get(0);
        assertThat(source.textSegment().metadata().getString("document")).isEqualTo(document);
        assertThat(source.textSegment().metadata().getInteger("page")).isEqualTo(1);
        assertThat(source.textSegment().metadata().getString("box")).matches("(\\d+\\.\\d,){3}\\d+\\.\\d");
        assertThat((Double) source.metadata().get(ContentMetadata.SCORE)).isPositive();
    }

    @Test
    void theEmbeddedModelSeesPagesWithTextAndTheScanIsNamed(CapturedOutput output) {
        try (ConfigurableApplicationContext context = start(FolderApplication.class)) {
            Documents service = context.getBean(Documents.class);

            Result<String> order = service.ask("What is the total of order Z79?");
            assertSource(order, "text.pdf");
            assertSeen(order);
            Result<String> parcel = service.ask("What is the weight of parcel K12?");
            assertSource(parcel, "form.pdf");
            assertSeen(parcel);

            assertThat(context.getBean(DocumentIndex.class))
                    .hasToString("DocumentIndex[documents=3, pages=3, unsearchable=1, errors=0]");
            assertThat(output)
                    .contains("2 pages of documents can be found")
                    .contains("No question finds 1 of 3 pages, which have no text layer: scan.pdf, page 1."
                            + " The embedded model reads single values and no whole pages; set glimpse.model.location");
        }
    }

    private static void assertSeen(Result<String> result) {
        GlimpseChatResponseMetadata metadata =
                (GlimpseChatResponseMetadata) result.finalResponse().metadata();
        assertThat(Objects.requireNonNull(metadata.pruning()).imageTokens()).isPositive();
        assertThat(result.content()).isNotBlank();
    }

    @Test
    void aChatModelThatReadsScansAnswersFromAllThree(CapturedOutput output) {
        try (ConfigurableApplicationContext context =
                start(RemoteConfiguration.class, "glimpse.chat-model.enabled=false", "glimpse.rag.read-scans=true")) {
            Documents service = context.getBean(Documents.class);
            Remote remote = context.getBean(Remote.class);
            assertThat(remote.requests).hasSize(1);

            for (String[] question : new String[][] {
                {"What is the total of order Z79?", "text.pdf"},
                {"What is the total of receipt Q55?", "scan.pdf"},
                {"What is the weight of parcel K12?", "form.pdf"},
                // The value of its field
                {"Where is 31 written?", "form.pdf"}
            }) {
                Result<String> result = service.ask(question[0]);

                assertSource(result, question[1]);
                assertThat(result.content()).isEqualTo(question[1] + ", page 1:");
                ChatRequest request = remote.requests.get(remote.requests.size() - 1);
                assertThat(((UserMessage) request.messages().get(0)).contents())
                        .filteredOn(ImageContent.class::isInstance)
                        .hasSize(1);
            }
            assertThat(output)
                    .contains("3 pages of documents can be found; 0 have")
                    .doesNotContain("No question finds");
        }
    }
}
