// Written by cucurbit-build. Changes are lost in the next build.
::cucurbit_sea_orm::whole_module! {
    crate::shapes::collector::Entity, "collector::Entity";
    crate::shapes::expanded::germination::Entity, "expanded::germination::Entity";
    crate::shapes::expanded::legacy_note::Entity, "expanded::legacy_note::Entity";
    crate::shapes::expanded::treatment::Entity, "expanded::treatment::Entity";
    crate::shapes::expanded::viability::Entity, "expanded::viability::Entity";
    crate::shapes::label::Entity, "label::Entity";
    crate::shapes::seed_bank::accession::Entity, "seed_bank::accession::Entity";
    crate::shapes::seed_bank::accession_vault::Entity, "seed_bank::accession_vault::Entity";
    crate::shapes::seed_bank::taxon::Entity, "seed_bank::taxon::Entity";
    crate::shapes::seed_bank::vault::Entity, "seed_bank::vault::Entity";
    crate::shapes::sheet::Entity, "sheet::Entity";
    crate::shapes::sheet_collector::Entity, "sheet_collector::Entity";
}
