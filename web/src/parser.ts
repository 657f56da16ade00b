/** parser returns a function that takes text as it comes and calls emit for each whole event. */
export function parser(emit: (name: string, data: string, id: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    rest += text;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const block = rest.slice(0, end);
      rest = rest.slice(end + 2);
      let name = "message";
      let id = "";
      const data: string[] = [];
      for (const line of block.split("\n")) {
        const colon = line.indexOf(":");
        const value = line.slice(colon + 1).replace(/^ /, "");
        switch (line.slice(0, colon)) {
          case "event": name = value; break;
          case "id": id = value; break;
          case "data": data.push(value); break;
        }
      }
      if (data.length > 0) {
        emit(name, data.join("\n"), id);
      }
    }
  };
}
