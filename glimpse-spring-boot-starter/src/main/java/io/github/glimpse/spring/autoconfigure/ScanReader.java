package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.chat.ChatModel;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.documents.PageReader;
import io.github.glimpse.documents.TranscribingPageReader;
import io.github.glimpse.hub.ModelSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Reader of pages without a text layer, as beans and {@code glimpse.rag.read-scans} choose it.
 *
 * @param reader null where such pages are not read
 * @param remedy next step where a page stays without text
 */
record ScanReader(@Nullable PageReader reader, String remedy) {

    private static final Logger LOG = LoggerFactory.getLogger(ScanReader.class);
    private static final int PAGES_PER_LINE = 10;
    private static final String BEAN = "define a bean of type PageReader";
    private static final String VECTORS = "The reader found no text on them; glimpse.embedding-model.enabled=true finds"
            + " pages by vectors of their images";

    /**
     * A bean of type {@link PageReader} wins. Without it the property decides.
     *
     * @throws InvalidPropertyException if the property asks for a chat model and there is none, or several
     */
    static ScanReader choose(
            @Nullable Boolean readScans,
            ObjectProvider<PageReader> readers,
            ObjectProvider<GlimpseChatModel> glimpse,
            ObjectProvider<ChatModel> models) {
        PageReader bean = readers.getIfAvailable();
        if (bean != null) {
            return new ScanReader(bean, VECTORS);
        }
        if (Boolean.FALSE.equals(readScans)) {
            return new ScanReader(
                    null, GlimpseDocumentsAutoConfiguration.READ_SCANS + " is false; leave it out, or " + BEAN);
        }
        if (Boolean.TRUE.equals(readScans)) {
            return transcribing(required(models.getIfUnique(glimpse::getIfUnique)));
        }
        GlimpseChatModel model = glimpse.getIfUnique();
        if (model == null) {
            return new ScanReader(
                    null,
                    "Set " + GlimpseDocumentsAutoConfiguration.READ_SCANS
                            + "=true to read them by the application's chat model, or " + BEAN);
        }
        if (ModelSource.EMBEDDED_NAME.equals(model.defaultRequestParameters().modelName())) {
            return new ScanReader(
                    null,
                    "The embedded model reads single values and no whole pages; set " + PropertiesMapper.LOCATION
                            + " to a model that reads documents, or " + BEAN);
        }
        return transcribing(model);
    }

    private static ChatModel required(@Nullable ChatModel model) {
        if (model == null) {
            throw new InvalidPropertyException(
                    GlimpseDocumentsAutoConfiguration.READ_SCANS,
                    "true needs one bean of type ChatModel, and there is none, or several without a primary one; "
                            + BEAN + " that names its model",
                    null);
        }
        return model;
    }

    private static ScanReader transcribing(ChatModel model) {
        return new ScanReader(new Logged(new TranscribingPageReader(model)), VECTORS);
    }

    /** Reports the progress: a page may take a model minutes on a CPU. Used by the one thread that indexes. */
    private static final class Logged implements PageReader {

        private final PageReader reader;
        private int pages;

        Logged(PageReader reader) {
            this.reader = reader;
        }

        @Override
        public String read(ImageContent page) {
            if (pages == 0) {
                LOG.info(
                        "Transcribing pages without a text layer, once, with the chat model ({});"
                                + " {}=false turns that off",
                        reader.label(),
                        GlimpseDocumentsAutoConfiguration.READ_SCANS);
            }
            String text = reader.read(page);
            pages++;
            if (pages % PAGES_PER_LINE == 0) {
                LOG.info("{} pages without a text layer were transcribed", pages);
            }
            return text;
        }

        @Override
        public String label() {
            return reader.label();
        }
    }
}
