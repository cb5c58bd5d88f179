package io.github.glimpse.documents;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.fixup.processor.AcroFormDefaultsProcessor;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotation;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationFreeText;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationUnknown;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceDictionary;
import org.apache.pdfbox.pdmodel.interactive.form.PDAcroForm;
import org.apache.pdfbox.pdmodel.interactive.form.PDField;
import org.apache.pdfbox.pdmodel.interactive.form.PDFieldFactory;
import org.apache.pdfbox.pdmodel.interactive.form.PDNonTerminalField;
import org.apache.pdfbox.pdmodel.interactive.form.PDTextField;
import org.apache.pdfbox.pdmodel.interactive.form.PDVariableText;
import org.jspecify.annotations.Nullable;

/**
 * Annotations and form fields of a document as a viewer shows them: an appearance is generated where there is none, and
 * for all fields of a form with {@code NeedAppearances}. Page by page, so that an unread page costs nothing.
 */
final class PdfAnnotations {

    private static final int MAX_DEPTH = 32;
    private static final String FALLBACK_FONT = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";

    private final PDDocument document;
    private final Set<COSDictionary> preparedPages = identitySet();
    private final Set<COSDictionary> refreshedFields = identitySet();

    /** Texts of annotations whose appearance could not be generated, such as with characters that no font has. */
    private final IdentityHashMap<COSDictionary, String> withoutAppearance = new IdentityHashMap<>();

    private @Nullable PDAcroForm form;
    private boolean hasReadForm;
    private @Nullable COSName fallbackFont;

    PdfAnnotations(PDDocument document) {
        this.document = document;
    }

    private static Set<COSDictionary> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** Generates what is missing on a page. */
    void prepare(PDPage page) throws IOException {
        if (preparedPages.add(page.getCOSObject())) {
            for (PDAnnotation annotation : page.getAnnotations()) {
                DocumentThread.check();
                if (isShown(annotation)) {
                    prepare(annotation);
                }
            }
        }
    }

    /** Annotations that a viewer shows, in order, each with its appearance. */
    List<PDAnnotation> shown(PDPage page) throws IOException {
        prepare(page);
        return page.getAnnotations().stream().filter(PdfAnnotations::isShown).toList();
    }

    /** The choice of {@code PageDrawer}. */
    private static boolean isShown(PDAnnotation annotation) {
        return !annotation.isHidden()
                && !annotation.isNoView()
                && !(annotation.isInvisible() && annotation instanceof PDAnnotationUnknown);
    }

    private static boolean hasAppearance(PDAnnotation annotation) {
        PDAppearanceDictionary appearance = annotation.getAppearance();
        return appearance != null && appearance.getNormalAppearance() != null;
    }

    private void prepare(PDAnnotation annotation) {
        if (annotation instanceof PDAnnotationWidget) {
            refreshField(annotation);
        } else if (!hasAppearance(annotation)) {
            try {
                annotation.constructAppearances(document);
            } catch (IllegalArgumentException e) {
                // counted where the annotation is drawn
            }
            if (annotation instanceof PDAnnotationFreeText && !hasAppearance(annotation)) {
                keepText(annotation.getCOSObject(), annotation.getContents());
            }
        }
    }

    private void keepText(COSDictionary annotation, @Nullable String text) {
        if (text != null) {
            withoutAppearance.put(annotation, text);
        }
    }

    private void refreshField(PDAnnotation widget) {
        PDAcroForm fields = form();
        if (fields == null || (hasAppearance(widget) && !fields.getNeedAppearances())) {
            return;
        }
        PDField field = field(fields, widget.getCOSObject());
        if (field == null || isPassword(field) || !refreshedFields.add(field.getCOSObject())) {
            return;
        }
        try {
            generate(fields, field);
        } catch (IOException | RuntimeException e) {
            // characters that the font lacks, or a damaged field
            if (!(field instanceof PDVariableText text && hasFallbackAppearance(fields, text))) {
                field.getWidgets().forEach(each -> keepText(each.getCOSObject(), field.getValueAsString()));
            }
        }
    }

    private static void generate(PDAcroForm form, PDField field) throws IOException {
        if (field instanceof PDVariableText) {
            // PDFBox keeps all of an earlier appearance that is not marked as the text of a field
            field.getWidgets().forEach(each -> each.setAppearance(null));
        }
        form.refreshAppearances(List.of(field));
    }

    /** Generates the appearance of a field with PDFBox's font for Latin, Greek and Cyrillic letters. */
    private boolean hasFallbackAppearance(PDAcroForm form, PDVariableText field) {
        try {
            COSName font = fallbackFont(form);
            String appearance = "/" + font.getName() + " 0 Tf 0 g";
            field.setDefaultAppearance(appearance);
            field.getWidgets().forEach(each -> each.getCOSObject().setString(COSName.DA, appearance));
            generate(form, field);
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private COSName fallbackFont(PDAcroForm form) throws IOException {
        COSName known = fallbackFont;
        if (known != null) {
            return known;
        }
        try (InputStream font = PDDocument.class.getResourceAsStream(FALLBACK_FONT)) {
            if (font == null) {
                throw new IOException("PDFBox has no " + FALLBACK_FONT);
            }
            COSName added = form.getDefaultResources().add(PDType0Font.load(document, font, false));
            fallbackFont = added;
            return added;
        }
    }

    /** PDFBox would draw the value itself. */
    private static boolean isPassword(PDField field) {
        return field instanceof PDTextField text && text.isPassword();
    }

    private @Nullable PDAcroForm form() {
        if (!hasReadForm) {
            hasReadForm = true;
            form = document.getDocumentCatalog().getAcroForm(null);
            new AcroFormDefaultsProcessor(document).process();
        }
        return form;
    }

    /** The field of a widget, found from the widget: the tree of all fields may be large. */
    private static @Nullable PDField field(PDAcroForm form, COSDictionary widget) {
        Deque<COSDictionary> path = new ArrayDeque<>();
        for (COSDictionary each = widget; each != null && path.size() < MAX_DEPTH; ) {
            path.push(each);
            each = each.getCOSDictionary(COSName.PARENT);
        }
        PDNonTerminalField parent = null;
        for (COSDictionary each : path) {
            PDField field = PDFieldFactory.createField(form, each, parent);
            if (field instanceof PDNonTerminalField inner) {
                parent = inner;
            } else if (field != null) {
                return field;
            }
        }
        return null;
    }

    /** Texts on a page that cannot be drawn, each with its rectangle on the sheet. */
    List<Text> textsWithoutAppearance(PDPage page) throws IOException {
        List<Text> texts = new ArrayList<>();
        for (PDAnnotation annotation : page.getAnnotations()) {
            String text = withoutAppearance.get(annotation.getCOSObject());
            if (text != null && annotation.getRectangle() != null) {
                texts.add(new Text(annotation.getRectangle(), text));
            }
        }
        return texts;
    }

    /**
     * Text of an annotation.
     *
     * @param rectangle on the sheet
     */
    record Text(PDRectangle rectangle, String text) {}
}
