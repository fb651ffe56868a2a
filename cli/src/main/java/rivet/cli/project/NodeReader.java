package rivet.cli.project;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/** Text → {@link Node}; comments and trailing commas pass, since people edit these files. */
final class NodeReader {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .build();

    private final Source source;

    NodeReader(Source source) {
        this.source = source;
    }

    Node read(String text) {
        try (var parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                throw source.mistake(new Place(1, 1), "the file is empty (expected: an object)");
            }
            var root = node(parser);
            if (parser.nextToken() != null) {
                throw source.mistake(place(parser), "something follows the end of the object");
            }
            return root;
        } catch (JacksonException e) {
            throw source.mistake(place(e.getLocation()), firstLine(e.getOriginalMessage()));
        }
    }

    private Node node(JsonParser parser) {
        var at = place(parser);
        return switch (parser.currentToken()) {
            case START_OBJECT -> fields(parser, at);
            case START_ARRAY -> items(parser, at);
            case VALUE_STRING -> new Node.Text(at, parser.getString());
            case VALUE_TRUE -> new Node.Flag(at, true);
            case VALUE_FALSE -> new Node.Flag(at, false);
            case VALUE_NUMBER_INT -> whole(parser, at);
            default -> new Node.Other(at, parser.getString());
        };
    }

    private Node fields(JsonParser parser, Place at) {
        var members = new LinkedHashMap<String, Node.Member>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var key = parser.currentName();
            var keyAt = place(parser);
            parser.nextToken();
            if (members.put(key, new Node.Member(keyAt, node(parser))) != null) {
                throw source.mistake(keyAt, "'%s' stands here twice".formatted(key));
            }
        }
        return new Node.Fields(at, members);
    }

    private Node items(JsonParser parser, Place at) {
        var nodes = new ArrayList<Node>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            nodes.add(node(parser));
        }
        return new Node.Items(at, nodes);
    }

    private static Node whole(JsonParser parser, Place at) {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? new Node.Other(at, parser.getString())
                : new Node.Whole(at, parser.getLongValue());
    }

    private static Place place(JsonParser parser) {
        return place(parser.currentTokenLocation());
    }

    private static Place place(TokenStreamLocation location) {
        return new Place(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse(message);
    }
}
