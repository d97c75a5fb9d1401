//! Just enough of a PDF reader to know what text a file holds: objects, object
//! streams, fonts with their Unicode maps, strings shown. Apart from the writer.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::ZlibDecoder;

/// An object: its text before any stream, and its stream, inflated.
struct Object {
    head: String,
    stream: Option<Vec<u8>>,
}

pub struct File(BTreeMap<u32, Object>);

impl File {
    pub fn read(bytes: &[u8]) -> Self {
        let mut objects = BTreeMap::new();
        let mut at = 0;
        while let Some(found) = find(&bytes[at..], b" 0 obj") {
            let number = number_before(&bytes[..at + found]);
            let start = at + found + 6;
            let end = start + find(&bytes[start..], b"endobj").expect("endobj");
            // A stream may hold any bytes: its length says where it ends.
            let body = &bytes[start..];
            let head_end = find(body, b"stream\n").filter(|here| start + here < end);
            at = end;
            let object = match head_end {
                None => Object { head: lossy(&bytes[start..end]), stream: None },
                Some(here) => {
                    let head = lossy(&body[..here]);
                    let length = after(&head, "/Length ").expect("length");
                    let raw = &body[here + 7..here + 7 + length as usize];
                    at = start + here + 7 + length as usize;
                    let mut stream = Vec::new();
                    if head.contains("/FlateDecode") {
                        ZlibDecoder::new(raw).read_to_end(&mut stream).expect("deflate");
                    } else {
                        stream.extend_from_slice(raw);
                    }
                    Object { head, stream: Some(stream) }
                }
            };
            objects.insert(number, object);
        }
        let packed: Vec<(String, Vec<u8>)> = objects
            .values()
            .filter(|one| one.head.contains("/ObjStm"))
            .map(|one| (one.head.clone(), one.stream.clone().expect("stream")))
            .collect();
        for (head, stream) in packed {
            let first = after(&head, "/First ").expect("first") as usize;
            let table = lossy(&stream[..first]);
            let numbers: Vec<u32> =
                table.split_whitespace().map(|it| it.parse().expect("number")).collect();
            let starts: Vec<(u32, usize)> =
                numbers.chunks(2).map(|pair| (pair[0], first + pair[1] as usize)).collect();
            for (at, (number, start)) in starts.iter().enumerate() {
                let end = starts.get(at + 1).map_or(stream.len(), |next| next.1);
                let head = lossy(&stream[*start..end]);
                objects.insert(*number, Object { head, stream: None });
            }
        }
        Self(objects)
    }

    /// Everything that the file says of itself outside its pages.
    pub fn heads(&self) -> String {
        self.0.values().map(|one| one.head.as_str()).collect::<Vec<_>>().join("\n")
    }

    pub fn pages(&self) -> usize {
        self.0.values().filter(|one| is_page(&one.head)).count()
    }

    /// Where each text begins: page, and points from its lower left corner.
    pub fn places(&self) -> Vec<(u32, String, String)> {
        let mut places = Vec::new();
        for (number, page) in self.0.iter().filter(|(_, one)| is_page(&one.head)) {
            let contents = after(&page.head, "/Contents ").expect("contents");
            let stream = lossy(self.0[&contents].stream.as_deref().expect("content stream"));
            for (before, _) in stream.split("BT ").filter_map(|part| part.rsplit_once(" cm")) {
                let mut last = before.rsplit(' ').map(str::to_owned);
                let (y, x) = (last.next().expect("height"), last.next().expect("place"));
                places.push((*number, x, y));
            }
        }
        places
    }

    /// Streams that are XML: what the file says of itself for archives.
    pub fn metadata(&self) -> String {
        let xml = self.0.values().filter(|one| one.head.contains("/XML"));
        xml.map(|one| lossy(one.stream.as_deref().unwrap_or_default())).collect()
    }

    /// The text of all pages, without any white space: where lines break says
    /// nothing.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for page in self.0.values().filter(|one| is_page(&one.head)) {
            let resources = match after(&page.head, "/Resources ") {
                Some(number) => self.0[&number].head.clone(),
                None => page.head.clone(),
            };
            let contents = after(&page.head, "/Contents ").expect("contents");
            let stream = self.0[&contents].stream.as_deref().expect("content stream");
            self.shown(stream, &resources, &mut out);
        }
        squeeze(&out)
    }

    fn shown(&self, stream: &[u8], resources: &str, out: &mut String) {
        let mut font = BTreeMap::new();
        // Inside a span whose text is told apart, the glyphs say nothing.
        let mut spans: Vec<bool> = Vec::new();
        let mut stack: Vec<Token> = Vec::new();
        for token in tokens(stream) {
            let Token::Word(word) = &token else {
                stack.push(token);
                continue;
            };
            match word.as_str() {
                "Tf" => {
                    let mut names = stack.iter().rev();
                    let name = names.find_map(Token::name).expect("font name");
                    font = self.unicode(resources, name);
                }
                "Tj" | "TJ" if !spans.contains(&true) => {
                    for string in stack.iter().filter_map(Token::string) {
                        for code in string.chunks(2) {
                            let code =
                                code.iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
                            out.push_str(font.get(&code).map_or("\u{fffd}", String::as_str));
                        }
                    }
                }
                "BDC" | "BMC" => {
                    let names: Vec<_> = stack.iter().filter_map(Token::name).collect();
                    let told = names.contains(&"ActualText");
                    if told {
                        let text = stack.iter().find_map(Token::string).expect("text");
                        out.push_str(&utf16(text));
                    }
                    spans.push(told);
                }
                "EMC" => {
                    spans.pop();
                }
                _ => {}
            }
            stack.clear();
        }
    }

    /// What the codes of a font stand for.
    fn unicode(&self, resources: &str, name: &str) -> BTreeMap<u32, String> {
        let fonts = match resources.find("/Font ") {
            Some(at) => &resources[at..],
            None => resources,
        };
        let fonts = match after(resources, "/Font ") {
            Some(number) => self.0[&number].head.as_str(),
            None => fonts,
        };
        let font = after(fonts, &format!("/{name} ")).expect("font");
        let map = after(&self.0[&font].head, "/ToUnicode ").expect("unicode map");
        let cmap = lossy(self.0[&map].stream.as_deref().expect("map stream"));
        let mut codes = BTreeMap::new();
        let mut rest = cmap.as_str();
        while let Some(at) = rest.find("beginbfchar") {
            let end = rest.find("endbfchar").expect("endbfchar");
            let hex: Vec<Vec<u8>> = rest[at..end]
                .split('<')
                .skip(1)
                .map(|part| unhex(part.split('>').next().expect("hex")))
                .collect();
            for pair in hex.chunks(2) {
                let code = pair[0].iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
                codes.insert(code, utf16(&pair[1]));
            }
            rest = &rest[end + 9..];
        }
        codes
    }
}

pub fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn is_page(head: &str) -> bool {
    head.contains("/Type /Page") && !head.contains("/Type /Pages") && head.contains("/Contents")
        || head.contains("/Type/Page")
            && !head.contains("/Type/Pages")
            && head.contains("/Contents")
}

enum Token {
    Word(String),
    Name(String),
    String(Vec<u8>),
}

impl Token {
    fn name(&self) -> Option<&str> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    fn string(&self) -> Option<&[u8]> {
        if let Self::String(bytes) = self { Some(bytes) } else { None }
    }
}

fn tokens(stream: &[u8]) -> Vec<Token> {
    let mut all = Vec::new();
    let mut at = 0;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"*'\"._-+".contains(&byte);
    while let Some(byte) = stream.get(at) {
        at += 1;
        match byte {
            b'/' => {
                let end = stream[at..].iter().position(|byte| !plain(*byte)).unwrap_or(0);
                all.push(Token::Name(lossy(&stream[at..at + end])));
                at += end;
            }
            b'(' => {
                let mut bytes = Vec::new();
                let mut depth = 1;
                while depth > 0 {
                    let byte = stream[at];
                    at += 1;
                    match byte {
                        b'\\' => {
                            let next = stream[at];
                            at += 1;
                            match next {
                                b'n' => bytes.push(b'\n'),
                                b'r' => bytes.push(b'\r'),
                                b't' => bytes.push(b'\t'),
                                b'b' => bytes.push(8),
                                b'f' => bytes.push(12),
                                b'0'..=b'7' => {
                                    let digits = &stream[at - 1..at + 2];
                                    let text = lossy(digits);
                                    bytes.push(u8::from_str_radix(&text, 8).expect("octal"));
                                    at += 2;
                                }
                                other => bytes.push(other),
                            }
                        }
                        b'(' => {
                            depth += 1;
                            bytes.push(byte);
                        }
                        b')' => {
                            depth -= 1;
                            if depth > 0 {
                                bytes.push(byte);
                            }
                        }
                        _ => bytes.push(byte),
                    }
                }
                all.push(Token::String(bytes));
            }
            b'<' if stream.get(at) != Some(&b'<') => {
                let end = stream[at..].iter().position(|byte| *byte == b'>').expect("hex end");
                all.push(Token::String(unhex(&lossy(&stream[at..at + end]))));
                at += end + 1;
            }
            b'<' => at += 1,
            _ if plain(*byte) => {
                let end =
                    stream[at..].iter().position(|byte| !plain(*byte)).unwrap_or(stream.len() - at);
                let word = lossy(&stream[at - 1..at + end]);
                at += end;
                // Numbers do not end an instruction.
                if word.parse::<f64>().is_err() {
                    all.push(Token::Word(word));
                }
            }
            _ => {}
        }
    }
    all
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&lossy(pair), 16).expect("hex digits")).collect()
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes
        .chunks(2)
        .map(|pair| u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)]))
        .collect();
    String::from_utf16_lossy(&units).trim_start_matches('\u{feff}').to_owned()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn number_before(bytes: &[u8]) -> u32 {
    let start = bytes.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    lossy(&bytes[start..]).parse().expect("object number")
}

/// The number that comes after these words.
fn after(text: &str, words: &str) -> Option<u32> {
    let rest = text.split(words).nth(1)?;
    rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())].parse().ok()
}
